"""Use cases of payments, subscriptions, account credit and entitlements."""
