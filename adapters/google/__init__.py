"""Google, and whoever speaks OpenID Connect as it does."""
