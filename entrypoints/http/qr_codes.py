"""QR codes, as pictures."""

import io

from litestar import Response

_SCALE = 8
_QUIET_MODULES = 4


def qr_svg(text: str) -> Response[bytes]:
    """Give a text as a QR code in SVG."""
    return Response(_drawn(text, "svg"), media_type="image/svg+xml")


def qr_png(text: str) -> Response[bytes]:
    """Give a text as a QR code in PNG."""
    return Response(_drawn(text, "png"), media_type="image/png")


def _drawn(text: str, kind: str) -> bytes:
    # Slow to import, and few servers are asked for a picture.
    import segno  # noqa: PLC0415

    drawn = io.BytesIO()
    # Level M still reads with an eighth of it soiled; the quiet zone is what the standard asks.
    code = segno.make_qr(text, error="m")
    code.save(drawn, kind=kind, scale=_SCALE, border=_QUIET_MODULES)
    return drawn.getvalue()
