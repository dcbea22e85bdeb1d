"""A GPU that is not there: tensors that lie in ordinary memory, but refuse to meet others as a GPU's would.

Within ``PretendGPU`` the device "cuda" can be named. What is moved there is marked, results of marked tensors are
marked, and a call that mixes marked and unmarked tensors raises, with the few exceptions that torch makes: an index
and a single number may lie on the CPU. It sees what is called from Python on one thread, which is what the code of a
GPU does here; gradients are beyond it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

GPU = torch.device("cuda", 0)
# Calls that take something from anywhere, or whose second argument may be an index on the CPU.
MOVES = {"to", "cpu", "copy_", "clone", "tolist", "item", "__get__", "__len__", "__repr__", "type"}
INDEXING = {"__getitem__", "__setitem__"}


def on_gpu(tensor: Tensor) -> bool:
    return getattr(tensor, "_on_gpu", False)


def mark(tensor: Tensor, gpu: bool) -> Tensor:
    tensor._on_gpu = gpu  # type: ignore[attr-defined]
    return tensor


def tensors_in(values: Iterable[Any]) -> Iterator[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, list | tuple):
            yield from tensors_in(value)
        elif isinstance(value, dict):
            yield from tensors_in(value.values())


class PretendGPU(TorchFunctionMode):
    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        options = dict(kwargs or {})
        name = getattr(func, "__name__", "")
        if func == Tensor.device.__get__:  # type: ignore[attr-defined]
            return GPU if on_gpu(args[0]) else func(*args)
        if name == "to" and isinstance(args[0], Tensor):
            return self._move(args[0], *args[1:], *options.values())
        if name == "cpu":
            return mark(args[0].clone(), False)
        if name == "numpy" and on_gpu(args[0]):
            raise TypeError("a tensor on a GPU has no numpy view; call cpu() first")
        target = options.pop("device", None)
        self._check(name, func, [*tensors_in(args), *tensors_in(options.values())])
        result = func(*args, **options)
        first = next(tensors_in(args), None)
        gpu = torch.device(target).type == "cuda" if target is not None else self._of_result(name, first, args, options)
        for tensor in tensors_in([result]):
            mark(tensor, gpu)
        return result

    def _move(self, tensor: Tensor, *wanted: Any) -> Tensor:
        gpu, dtype = on_gpu(tensor), tensor.dtype
        for one in wanted:
            if isinstance(one, Tensor):
                gpu, dtype = on_gpu(one), one.dtype
            elif isinstance(one, str | torch.device):
                gpu = torch.device(one).type == "cuda"
            elif isinstance(one, torch.dtype):
                dtype = one
        return tensor if (gpu, dtype) == (on_gpu(tensor), tensor.dtype) else mark(tensor.clone().to(dtype), gpu)

    def _of_result(self, name: str, first: Tensor | None, args: Any, options: Any) -> bool:
        if first is not None and (name in INDEXING or name.startswith("new_")):
            return on_gpu(first)
        return any(on_gpu(tensor) for tensor in tensors_in([args, options]))

    def _check(self, name: str, func: Any, tensors: list[Tensor]) -> None:
        if name in MOVES or len(tensors) < 2:
            return
        first, *rest = tensors
        for other in rest:
            single = other.dim() == 0 or first.dim() == 0
            index = name in INDEXING and on_gpu(first)  # torch moves an index to the GPU, never away from it
            if on_gpu(first) != on_gpu(other) and not single and not index:
                places = ["cuda" if on_gpu(tensor) else "cpu" for tensor in tensors]
                raise RuntimeError(f"{name} was given tensors on {', '.join(places)}")
