"""Usage metering: seconds granted, held, used, banked and bought, and the paywall."""
