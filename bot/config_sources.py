"""What the settings file and the environment say, before it is looked at as settings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bot.errors import ConfigError

_PREFIX = "FASTAPI_QUIZ_"
_FROM_FILE = "_FILE"
_DEFAULT_FILE = Path("config.toml")

Known = Mapping[str, tuple[str, ...]]
"""The keys that there are, by section."""


def read_values(
    file: Path | None, environment: Mapping[str, str], known: Known
) -> dict[str, dict[str, Any]]:
    """Return the values by section and key; the environment wins over the file.

    Raises:
        ConfigError: something can't be read, or names of it are not known: all of them are told.
    """
    values = _read_file(file)
    variables = _list_variables(known)
    problems = [*_unknown_keys(values, known), *_unknown_variables(environment, variables)]
    if problems:
        raise ConfigError("\n".join(problems))
    for section, key, value in _read_variables(environment, variables):
        values.setdefault(section, {})[key] = value
    return values


def _read_file(file: Path | None) -> dict[str, Any]:
    path = file or _DEFAULT_FILE
    if file is None and not path.exists():
        return {}
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ConfigError(
            f"The settings file {path} does not exist. Copy config.example.toml to it."
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(
            f"The settings file {path} is not UTF-8 text. Save it as UTF-8."
        ) from None
    except OSError as error:
        raise ConfigError(
            f"The settings file {path} can't be read: {error.strerror}. Check the path."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"The settings file {path} is not TOML: {error}.") from None


def _unknown_keys(values: Mapping[str, Any], sections: Known) -> Iterator[str]:
    for name, section in values.items():
        if name not in sections:
            yield _unknown(name, list(sections))
        elif not isinstance(section, dict):
            yield f"{name} is a section: write [{name}] and its keys below it."
        else:
            known = [f"{name}.{key}" for key in sections[name]]
            yield from (
                _unknown(f"{name}.{key}", known) for key in section if key not in sections[name]
            )


def _list_variables(sections: Known) -> dict[str, tuple[str, str]]:
    return {
        f"{_PREFIX}{section}__{key}".upper(): (section, key)
        for section, keys in sections.items()
        for key in keys
    }


def _unknown_variables(
    environment: Mapping[str, str], known: Mapping[str, object]
) -> Iterator[str]:
    for variable in environment:
        plain = variable.removesuffix(_FROM_FILE)
        if variable.startswith(_PREFIX) and plain not in known:
            yield _unknown(variable, list(known))


def _unknown(name: str, known: list[str]) -> str:
    from difflib import get_close_matches  # for mistakes alone

    nearest = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]}?" if nearest else f" Known are: {', '.join(known)}."
    return f"There is no setting {name}.{hint}"


def _read_variables(
    environment: Mapping[str, str], known: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[str, str, str]]:
    for variable, (section, key) in known.items():
        file = environment.get(variable + _FROM_FILE)
        if variable in environment and file is not None:
            raise ConfigError(f"{variable} and {variable}{_FROM_FILE} are both set. Keep one.")
        if variable in environment:
            yield section, key, environment[variable]
        elif file is not None:
            try:
                yield section, key, Path(file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                problem = getattr(error, "strerror", None) or "it is not UTF-8 text"
                raise ConfigError(
                    f"{variable}{_FROM_FILE} names a file that can't be read, {file}: {problem}. "
                    "Check its path, and who may read it."
                ) from None
