"""GPU products that an inventory may name, and what is known of each.

Sources: NVIDIA GPU operator platform support (26.7), CUDA toolkit, driver and architecture matrix, MIG user guide (supported
GPUs and profiles), AMD GPU operator 1.5.1 and Intel device plugins 0.36 (their lists, their rules for node feature discovery).
Zero and empty mean that these sources do not say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class MigProfile:
    """A slice of a card: its share of the compute and of the memory slices, and how many of it fit on an empty card."""

    compute: int
    memory: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mig:
    """How a card can be cut: its compute and memory slices, its profiles by name, the first driver that can (dotted version).

    `without`: later drivers that cannot.
    """

    compute: int
    memory: int
    driver: str
    profiles: Mapping[str, MigProfile]
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """`memory_gib` is the marketing size of one GPU. `gpus`: GPUs on a card. `integrated`: shares the board's memory (Jetson).

    `last_driver`: the last driver branch for its architecture, 0 while support goes on. `pci_devices`: ids that its cards have on
    the PCI bus, empty where only the vendor is known.
    """

    vendor: str
    architecture: str
    compute_capability: str = ""
    memory_gib: int = 0
    gpus: int = 1
    power_watts: int = 0
    integrated: bool = False
    last_driver: int = 0
    pci_devices: tuple[str, ...] = ()
    mig: Mig | None = field(default=None)


def _seven(driver: str, *sizes: str) -> Mig:
    """A card of seven compute and eight memory slices; `sizes` are the memory sizes of 1g, 1g with two shares, 3g and 7g."""
    one, two, half, whole = sizes
    profiles = {
        f"1g.{one}": MigProfile(1, 1, 7),
        f"1g.{one}+me": MigProfile(1, 1, 1),
        f"1g.{two}": MigProfile(1, 2, 4),
        f"2g.{two}": MigProfile(2, 2, 3),
        f"3g.{half}": MigProfile(3, 4, 2),
        f"4g.{half}": MigProfile(4, 4, 1),
        f"7g.{whole}": MigProfile(7, 8, 1),
    }
    return Mig(compute=7, memory=8, driver=driver, profiles=profiles)


def _four(driver: str, one: str, two: str, whole: str) -> Mig:
    profiles = {f"1g.{one}": MigProfile(1, 1, 4), f"2g.{two}": MigProfile(2, 2, 2), f"4g.{whole}": MigProfile(4, 4, 1)}
    return Mig(compute=4, memory=4, driver=driver, profiles=profiles)


def _with_media(mig: Mig) -> Mig:
    """The A30 has one media engine (decoder, JPEG, optical flow), which one slice of one or two shares can have."""
    (one, single), (two, double), *_ = mig.profiles.items()
    media = {f"{one}+me": replace(single, most=1), f"{two}+me": replace(double, most=1)}
    return replace(mig, profiles={**mig.profiles, **media})


def _with_graphics(mig: Mig) -> Mig:
    """The RTX PRO cards have slices with graphics, without the media engines, and with all of them."""
    more = {
        f"{name}{suffix}": replace(profile, most=1 if suffix == "+me.all" else profile.most)
        for name, profile in mig.profiles.items()
        for suffix in ("+gfx", "-me", "+me.all")
    }
    return replace(mig, profiles={**mig.profiles, **more}, without=("575.57.08",))


def _turing() -> Product:
    return Product(vendor="nvidia", architecture="turing", compute_capability="7.5")


def _ampere(capability: str = "8.6") -> Product:
    return Product(vendor="nvidia", architecture="ampere", compute_capability=capability)


def _ada() -> Product:
    return Product(vendor="nvidia", architecture="ada", compute_capability="8.9")


def _hopper() -> Product:
    return Product(vendor="nvidia", architecture="hopper", compute_capability="9.0")


def _blackwell(capability: str = "") -> Product:
    return Product(vendor="nvidia", architecture="blackwell", compute_capability=capability)


_A100: Final = "450.80.02"
_H100: Final = "525.85.12"
_ORIN: Final = "orin"
_NVIDIA: Final = {
    "T4": Product(vendor="nvidia", architecture="turing", compute_capability="7.5", memory_gib=16, power_watts=70),
    "A2": Product(vendor="nvidia", architecture="ampere", compute_capability="8.6", memory_gib=16, power_watts=60),
    "A10": Product(vendor="nvidia", architecture="ampere", compute_capability="8.6", memory_gib=24, power_watts=150),
    "A16": Product(vendor="nvidia", architecture="ampere", compute_capability="8.6", memory_gib=16, gpus=4, power_watts=250),
    "A30": Product(
        vendor="nvidia",
        architecture="ampere",
        compute_capability="8.0",
        memory_gib=24,
        power_watts=165,
        mig=_with_media(_four("460.73.01", "6gb", "12gb", "24gb")),
    ),
    "A30X": _ampere("8.0"),
    "A40": _ampere(),
    "A100": Product(
        vendor="nvidia",
        architecture="ampere",
        compute_capability="8.0",
        memory_gib=40,
        mig=_seven(_A100, "5gb", "10gb", "20gb", "40gb"),
    ),
    "A100 80GB": Product(
        vendor="nvidia",
        architecture="ampere",
        compute_capability="8.0",
        memory_gib=80,
        mig=_seven(_A100, "10gb", "20gb", "40gb", "80gb"),
    ),
    "L4": Product(vendor="nvidia", architecture="ada", compute_capability="8.9", memory_gib=24, power_watts=72),
    "L20": _ada(),
    "L40": _ada(),
    "L40S": Product(vendor="nvidia", architecture="ada", compute_capability="8.9", memory_gib=48, power_watts=350),
    "V100": Product(vendor="nvidia", architecture="volta", compute_capability="7.0", last_driver=580),
    "P4": Product(vendor="nvidia", architecture="pascal", compute_capability="6.1", last_driver=580),
    "P100": Product(vendor="nvidia", architecture="pascal", compute_capability="6.0", last_driver=580),
    "P40": Product(vendor="nvidia", architecture="pascal", compute_capability="6.1", last_driver=580),
    "H100": Product(
        vendor="nvidia",
        architecture="hopper",
        compute_capability="9.0",
        memory_gib=80,
        power_watts=350,
        mig=_seven(_H100, "10gb", "20gb", "40gb", "80gb"),
    ),
    "H100 NVL": Product(
        vendor="nvidia",
        architecture="hopper",
        compute_capability="9.0",
        memory_gib=94,
        mig=_seven(_H100, "12gb", "24gb", "47gb", "94gb"),
    ),
    "H200": Product(
        vendor="nvidia",
        architecture="hopper",
        compute_capability="9.0",
        memory_gib=141,
        mig=_seven("550.90.07", "18gb", "35gb", "71gb", "141gb"),
    ),
    "A100X": _ampere("8.0"),
    "A800": _ampere("8.0"),
    "H20": _hopper(),
    "H800": _hopper(),
    "H200 NVL": _hopper(),
    "GH200": _hopper(),
    "B200": _blackwell("10.0"),
    "B300": _blackwell(),
    "GB200": _blackwell("10.0"),
    "GB300": _blackwell(),
    "DGX Spark": _blackwell(),
    "DGX Station": _blackwell(),
    "T400": _turing(),
    "T600": _turing(),
    "T1000": _turing(),
    "Quadro RTX 4000": _turing(),
    "Quadro RTX 5000": _turing(),
    "Quadro RTX 6000": _turing(),
    "Quadro RTX 8000": _turing(),
    "RTX A4500": _ampere(),
    "RTX A5000": _ampere(),
    "RTX A6000": _ampere(),
    "RTX 6000 Ada": _ada(),
    "RTX PRO 5000": _blackwell("12.0"),
    "RTX PRO 6000D": _blackwell("12.0"),
    "RTX A2000": Product(vendor="nvidia", architecture="ampere", compute_capability="8.6", power_watts=70),
    "RTX A4000": Product(vendor="nvidia", architecture="ampere", compute_capability="8.6", memory_gib=16, power_watts=140),
    "RTX 2000 Ada": Product(vendor="nvidia", architecture="ada", compute_capability="8.9", memory_gib=16, power_watts=70),
    "RTX 4000 Ada": Product(vendor="nvidia", architecture="ada", compute_capability="8.9", memory_gib=20, power_watts=130),
    "RTX PRO 4500": Product(vendor="nvidia", architecture="blackwell", compute_capability="12.0", memory_gib=32, power_watts=200),
    "RTX PRO 6000": Product(
        vendor="nvidia",
        architecture="blackwell",
        compute_capability="12.0",
        memory_gib=96,
        power_watts=600,
        mig=_with_graphics(_four("575.51.03", "24gb", "48gb", "96gb")),
    ),
    "Jetson AGX Orin": Product(vendor="nvidia", architecture=_ORIN, compute_capability="8.7", integrated=True, power_watts=60),
    "Jetson Orin NX": Product(vendor="nvidia", architecture=_ORIN, compute_capability="8.7", integrated=True, power_watts=25),
    "Jetson Orin Nano": Product(
        vendor="nvidia", architecture=_ORIN, compute_capability="8.7", memory_gib=8, integrated=True, power_watts=25
    ),
    "Jetson Thor": Product(vendor="nvidia", architecture="thor", memory_gib=128, integrated=True, power_watts=130),
}
_AMD: Final = {
    "MI210": Product(vendor="amd", architecture="cdna2", pci_devices=("740f",)),
    "MI250": Product(vendor="amd", architecture="cdna2", pci_devices=("7408", "740c")),
    "MI300X": Product(vendor="amd", architecture="cdna3", pci_devices=("74a1", "74a9")),
    "MI325X": Product(vendor="amd", architecture="cdna3", pci_devices=("74a5",)),
    "MI350X": Product(vendor="amd", architecture="cdna4", pci_devices=("75a0",)),
    "MI350P": Product(vendor="amd", architecture="cdna4"),
    "MI355X": Product(vendor="amd", architecture="cdna4", pci_devices=("75a3",)),
    "Radeon PRO W7900": Product(vendor="amd", architecture="rdna3", pci_devices=("7448", "744a", "744b")),
    "Radeon AI PRO R9700S": Product(vendor="amd", architecture="rdna4", pci_devices=("7551",)),
    "Radeon AI PRO R9600D": Product(vendor="amd", architecture="rdna4", pci_devices=("7551",)),
}
_ARC_A: Final = (
    *("5690", "5691", "5692", "5693", "5694", "5695", "5696", "5697", "56a0", "56a1", "56a2", "56a3", "56a4", "56a5", "56a6"),
    *("56b0", "56b1", "56b2", "56b3", "56ba", "56bb", "56bc", "56bd"),
)
_INTEL: Final = {
    "Arc A380": Product(vendor="intel", architecture="xe-hpg", pci_devices=_ARC_A),
    "Flex 140": Product(vendor="intel", architecture="xe-hpg", pci_devices=("56c1",)),
    "Flex 170": Product(vendor="intel", architecture="xe-hpg", pci_devices=("56c0",)),
}

PRODUCTS: Final[Mapping[str, Product]] = {**_NVIDIA, **_AMD, **_INTEL}
VENDORS: Final = ("amd", "intel", "nvidia")
# vendor -> extended resource that its device plug-in registers for a whole card
RESOURCES: Final[Mapping[str, str]] = {"nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu", "intel": "gpu.intel.com/i915"}
MIG_RESOURCE: Final = "nvidia.com/mig-"
# vendor -> its id on the PCI bus, and the classes of its cards: VGA, 3D and other display controllers, processing accelerators
PCI: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "nvidia": ("10de", ("0300", "0302")),
    "amd": ("1002", ("0300", "0302", "0380", "1200")),
    "intel": ("8086", ("0300", "0380")),
}
