"""Seeded scenes of several agents, played out by rule or by bound models: a source of records with known answers."""

from .actions import Action, Claim, Give, Say, Tell, Wait
from .agents import Agent, ByModel, Memory, Persona, Policy
from .cases import from_scene
from .measures import action_shares, realism, validity
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
    "action_shares",
    "from_scene",
    "play",
    "realism",
    "validity",
]
