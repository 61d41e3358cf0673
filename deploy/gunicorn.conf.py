"""gunicorn behind a front: `gunicorn --config deploy/gunicorn.conf.py registret.config.wsgi`."""

import os
import shutil
import tempfile

from registret.config.log_lines import configuration

# Anyone who reaches this socket can say which card was shown, if they know the secret too. registret does not start
# with
# a TCP port here, nor with a socket that everybody on the machine can open.
bind = "unix:/run/registret/app.sock"
umask = 0o007
workers = 2
threads = 8
# The front waits for people with slow connections; answers here take milliseconds.
timeout = 30
# A certificate is one header; the fronts pass on 30,000 characters at most.
limit_request_field_size = 32768
# By default a front on a unix socket may also say SCRIPT_NAME and PATH_INFO.
forwarder_headers = ""
secure_scheme_headers = {}
control_socket_disable = True
# Its own messages look as the program's do, from the first on.
logconfig_dict = configuration(os.environ.get("REGISTRET_LOG_FORMAT", ""))


def on_starting(server):
    """Read the program once, before the workers begin: they share its memory. Each makes the application itself."""
    # Where each worker counts what its answers took, for all to tell.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="registret-measures-")
    from registret.config.sharing import read_once

    read_once()


def on_exit(server):
    """Nothing is left in the folder for temporary files."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
