"""Use cases about video calls, the monthly reward, video messages and prompts."""
