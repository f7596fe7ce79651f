"""The yardsticks measure what they say."""
