"""Seeded scenes of several agents, played out by rule or by bound models: a source of records with known answers."""

from .actions import Action, Claim, Give, Say, Tell, Wait
from .agents import Agent, ByModel, Memory, Persona, Policy
from .cases import from_scene
from .pools import ScenePool
from .scene import Environment, Event, Question, Scene, play

__all__ = [
    "Action",
    "Agent",
    "ByModel",
    "Claim",
    "Environment",
    "Event",
    "Give",
    "Memory",
    "Persona",
    "Policy",
    "Question",
    "Say",
    "Scene",
    "ScenePool",
    "Tell",
    "Wait",
    "from_scene",
    "play",
]
