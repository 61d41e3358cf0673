"""How ids are written in addresses of several journeys. To be imported by the `urls.py` that name them."""

from django.urls import register_converter


class SystemId:
    """`P7KHM3QXR`: a patient, or `E…`: an episode."""

    regex = "[PE][34679ACDEFGHJKMNPQRTWXY]{8}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SystemId, "system_id")
