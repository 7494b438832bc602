"""Reads JSON bodies, the hostile ones too."""

import json
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import parsers
from rest_framework.exceptions import ParseError


class JSONParser(parsers.JSONParser):
    """JSON that can be stored and sent back.

    Refuses what Python reads but neither MongoDB nor UTF-8 can hold (half of a
    surrogate pair), and nesting that is deeper than Python's stack.
    """

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            data = super().parse(*args, **kwargs)
            json.dumps(data, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError(_("This JSON is nested too deeply.")) from error
        except UnicodeEncodeError as error:
            raise ParseError(
                _("A text in this JSON holds half of a surrogate pair.")
            ) from error
        return data
