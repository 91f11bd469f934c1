"""GCJ-02, the shifted coordinates of maps published in mainland China, to WGS 84 and back."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]

_AXIS, _ECCENTRICITY = 6_378_245.0, 0.006693421622965943  # Krasovsky ellipsoid: half axis (m), eccentricity squared
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271  # beyond these nothing is shifted
_ROUNDS = 6  # each round makes the rest some hundred times smaller


def from_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Degrees WGS 84 → degrees GCJ-02."""
    lon, lat = np.asarray(lon, float), np.asarray(lat, float)
    east, north = _shift(lon, lat)
    return lon + east, lat + north


def to_wgs84(lon: ArrayLike, lat: ArrayLike) -> Pair:
    """Degrees GCJ-02 → degrees WGS 84, exact to well below a metre."""
    given_lon, given_lat = np.asarray(lon, float), np.asarray(lat, float)
    lon, lat = given_lon, given_lat
    for _ in range(_ROUNDS):
        east, north = _shift(lon, lat)
        lon, lat = given_lon - east, given_lat - north
    return lon, lat


def _shift(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Pair:
    """How far the published place lies from the true one, in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root, fine = np.sqrt(np.abs(x)), 20 * (np.sin(6 * np.pi * x) + np.sin(2 * np.pi * x))
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + 2 / 3 * (fine + _waves(y, (20, 1), (40, 1 / 3), (160, 1 / 12), (320, 1 / 30)))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + 2 / 3 * (fine + _waves(x, (20, 1), (40, 1 / 3), (150, 1 / 12), (300, 1 / 30)))
    angle = np.radians(lat)
    bend = 1 - _ECCENTRICITY * np.sin(angle) ** 2
    metres_north = _AXIS * (1 - _ECCENTRICITY) / bend**1.5
    metres_east = _AXIS / np.sqrt(bend) * np.cos(angle)
    inside = (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)
    return np.where(inside, np.degrees(east / metres_east), 0.0), np.where(
        inside, np.degrees(north / metres_north), 0.0
    )


def _waves(angle: NDArray[np.float64], *terms: tuple[float, float]) -> NDArray[np.float64]:
    total = np.zeros_like(angle)
    for height, turns in terms:
        total = total + height * np.sin(turns * np.pi * angle)
    return total
