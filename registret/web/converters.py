"""How ids are written in addresses of several journeys. To be imported by the `urls.py` that name them."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class SystemId(StringConverter):
    """`P7KHM3QXR`: a patient, or `E…`: an episode."""

    regex = "[PE][34679ACDEFGHJKMNPQRTWXY]{8}"


register_converter(SystemId, "system_id")
