"""Video calls and what they unlock: messages, the monthly reward; video messages; prompts."""
