"""How static files are stored: under names that change with what they hold, also where a script imports another."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Replaces the names in `import … from "./other.js"`, too."""

    support_js_module_import_aggregation = True
