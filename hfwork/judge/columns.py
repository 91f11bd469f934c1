"""Columns in, columns out: arrays, pandas Series and single numbers pass through every judgement alike.

Missing (None, NaN, pandas.NA, masked) becomes NaN on the way in; shape and index come back on the way out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hfwork.errors import HfworkError

Column = Any  # a number, an array-like of numbers or a pandas Series; results come in the same kind


def take(**columns: Column) -> tuple[list[NDArray[Any]], Callable[[NDArray[Any]], Column]]:
    """Bring columns to flat numeric arrays of one length; also return the way back.

    Parameters: named columns. All must have one shape; a single number stands for a whole column.
    Two Series must have equal indexes, because pairing rows by position would mix up places.
    Returns: the arrays in the order given (integer or float, NaN where missing; views where possible, so
    never write into them) and a function that turns a flat result into the kind that came in: Series with
    the same index, array of the same shape, or plain scalar.
    Errors: ``judge_numbers`` (text or dates), ``judge_lengths``, ``judge_index``.
    """
    arrays = {name: _numbers(name, column) for name, column in columns.items()}
    indexes = {name: column.index for name, column in columns.items() if isinstance(column, pd.Series)}
    shapes = {name: array.shape for name, array in arrays.items() if array.ndim}
    if len(set(shapes.values())) > 1:
        sizes = ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in shapes.items())
        raise HfworkError("judge_lengths", sizes=sizes)
    index = next(iter(indexes.values()), None)
    for name, other in indexes.items():
        if index is not None and not index.equals(other):
            raise HfworkError("judge_index", first=next(iter(indexes)), second=name)
    shape = next(iter(shapes.values()), ())

    def give(flat: NDArray[Any]) -> Column:
        if index is not None:
            return pd.Series(flat, index=index)
        return flat.reshape(shape) if shape else flat.item()

    return [np.broadcast_to(array, shape).reshape(-1) for array in arrays.values()], give


def take_floats(**columns: Column) -> tuple[list[NDArray[np.float64]], Callable[[NDArray[Any]], Column]]:
    """As ``take``, every array as double precision: products of counts overflow the integers they come in."""
    arrays, give = take(**columns)
    return [array.astype(np.float64) for array in arrays], give


def _numbers(name: str, column: Column) -> NDArray[Any]:
    if column is None or column is pd.NA:
        return np.array(np.nan)
    if isinstance(column, np.ma.MaskedArray):
        column = np.ma.filled(column.astype(np.float64), np.nan)  # asarray would uncover what the mask hides
    if isinstance(column, (pd.Series, pd.Index, pd.api.extensions.ExtensionArray)):
        array = _unpack(pd.Series(column, copy=False))
    else:
        array = np.asarray(column)
    if array.dtype.kind == "O":  # Decimal, None, pandas.NA; text is refused even if it looks like a number
        if any(isinstance(value, (str, bytes)) for value in array.flat):
            raise HfworkError("judge_numbers", where=name, given=array.dtype)
        try:
            array = np.where(pd.isna(array), np.nan, array).astype(np.float64)
        except (TypeError, ValueError):
            raise HfworkError("judge_numbers", where=name, given=array.dtype) from None
    if array.dtype.kind not in "biuf":
        raise HfworkError("judge_numbers", where=name, given=array.dtype)
    return array


def _unpack(series: pd.Series) -> NDArray[Any]:
    if isinstance(series.dtype, np.dtype):
        return series.to_numpy()
    if pd.api.types.is_numeric_dtype(series.dtype):  # nullable Int64 and Arrow columns
        return series.to_numpy(dtype=np.float64, na_value=np.nan)
    return series.to_numpy(dtype=object)
