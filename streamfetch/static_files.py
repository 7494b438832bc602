"""How the built front end and the admin's files are stored for serving."""

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed names, and gzip beside each file that gains from it."""

    def create_compressor(self, **options: Any) -> Compressor:
        # Brotli, used wherever its package happens to be installed, takes a minute
        # of the first start for a few percent.
        return Compressor(use_brotli=False, **options)
