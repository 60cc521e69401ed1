"""The sending processes of the fan-out: our whole service, and a bare aiohttp session beside it."""
