"""Static files under names that hold a digest of what is in them, so that browsers keep them for ever."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class SiteStorage(CompressedManifestStaticFilesStorage):
    """Also what modules import from each other has such a name: no browser runs one old module beside a new one."""

    support_js_module_import_aggregation = True
