"""Language models of random weights in folders, as transformers saves them: one of words, one that reads pictures.

Both spell their words byte by byte, so that every text can be said to them. They want torch and transformers; the
stand-ins for a tokenizer and for scores want neither.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

import numpy as np

LACKING = "torch and transformers are not installed: no real model of a folder is asked"
SPECIAL = ("<s>", "</s>", "<image>", "<|end|>")
SIDE = 16  # pixels of a picture, in patches of 8

WHOLE = (
    "{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)
"""A template of words, with a place for everything."""
PARTS = (
    "{% for m in messages %}[{{ m.role }}] {% for p in m.content %}"
    "{% if p.type == 'image' %}<image>{% else %}{{ p.text }}{% endif %}{% endfor %}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)
"""The same of parts."""


def tokenizer(template: str = "") -> Any:
    """A tokenizer of bytes."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    made = Tokenizer(models.BPE(vocab={letter: at for at, letter in enumerate(letters)}, merges=[]))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    made.decoder = decoders.ByteLevel()
    made.add_special_tokens([AddedToken(one, special=True) for one in SPECIAL])
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token="<s>",
        eos_token="</s>",
        additional_special_tokens=["<image>", "<|end|>"],
        model_input_names=["input_ids", "attention_mask"],
    )
    fast.chat_template = template or None
    return fast


def _llama(words: int, longest: int = 256) -> Any:
    from transformers import LlamaConfig

    return LlamaConfig(
        vocab_size=words,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=longest,
        bos_token_id=words - 4,
        eos_token_id=words - 3,
        initializer_range=0.5,
    )


def words(folder: Path, template: str = WHOLE, seed: int = 0) -> Path:
    """A model of words, saved; returns its folder."""
    import torch
    from transformers import LlamaForCausalLM

    torch.manual_seed(seed)
    reads = tokenizer(template)
    LlamaForCausalLM(_llama(len(reads))).save_pretrained(str(folder))
    reads.save_pretrained(str(folder))
    return folder


def sees(folder: Path, template: str = PARTS, seed: int = 0) -> Path:
    """A model that reads pictures, saved; returns its folder."""
    import torch
    import transformers
    from transformers import CLIPVisionConfig, LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor

    torch.manual_seed(seed)
    reads = tokenizer()
    eyes = CLIPVisionConfig(
        image_size=SIDE,
        patch_size=8,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        projection_dim=32,
        initializer_range=0.5,
    )
    told = LlavaConfig(
        vision_config=eyes,
        text_config=_llama(len(reads)),
        image_token_index=reads.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1,
    )
    pixels_of = getattr(transformers, "CLIPImageProcessorPil", None) or transformers.CLIPImageProcessor
    pixels = pixels_of(size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE})
    both = LlavaProcessor(
        image_processor=pixels,
        tokenizer=reads,
        patch_size=8,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        image_token="<image>",
        chat_template=template or None,
    )
    LlavaForConditionalGeneration(told).save_pretrained(str(folder))
    both.save_pretrained(str(folder))
    return folder


class Scores:
    """Scores as torch holds them, of NumPy."""

    def __init__(self, held: np.ndarray) -> None:
        self.held, self.shape = held, held.shape

    def __getitem__(self, at: int) -> Self:
        return type(self)(self.held[at])

    def __setitem__(self, at: Any, value: float) -> None:
        self.held[at] = value

    def float(self) -> Self:
        return self

    def cpu(self) -> Self:
        return self

    def numpy(self) -> np.ndarray:
        return self.held

    def new_full(self, shape: Any, value: float) -> Self:
        return type(self)(np.full(shape, value))


class Bytes:
    """A tokenizer of bytes; 0 ends a reply."""

    bos_token = eos_token = None

    def decode(self, ids: list[int], **_: Any) -> str:
        return bytes(ids).decode()
