"""The task `llm.safety.agent_injection`: see its card."""
