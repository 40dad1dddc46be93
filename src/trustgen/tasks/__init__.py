"""The shelf of tasks. A task lives at its own name: `tasks/llm/fairness/counterfactual/{task.py, card.md, prompts}`."""
