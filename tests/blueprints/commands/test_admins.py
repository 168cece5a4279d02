"""`flask admins`: the password comes by standard input, never as an argument."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import Admin, AdminRole
from models.database import db
from services.access import admins
from services.organizations import OrganizationRef
from services.origin import Origin

PASSWORD = "correct horse battery"
ADA = {"email": "ada@acme.example", "name": "Ada", "role": "owner"}


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def create(
    runner: FlaskCliRunner,
    *options: str,
    typed: str | bytes = PASSWORD + "\n",
    **changed: str,
) -> Result:
    named = [f"--{name}={value}" for name, value in (ADA | changed).items()]
    arguments = ["admins", "create", *named, *options, "--password-stdin"]
    return runner.invoke(args=arguments, input=typed)


def made(app: Flask) -> tuple[list[Admin], list[AdminRole]]:
    with app.app_context(), Session(db.engine) as session:
        roles = select(AdminRole).order_by(AdminRole.organization_seq)
        return list(session.scalars(select(Admin))), list(session.scalars(roles))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "who signs in to Rollcall"),
        (["create"], "The password is the first line of standard input."),
        (["create"], "An owner without one owns the whole install."),
    ],
)
def test_each_command_explains_itself(
    runner: FlaskCliRunner, arguments: list[str], said: str
) -> None:
    done = runner.invoke(args=["admins", *arguments, "--help"])
    assert done.exit_code == 0
    assert said in " ".join(done.stdout.split())


def test_an_owner_without_an_organization_owns_the_install(
    app: Flask, runner: FlaskCliRunner
) -> None:
    done = create(runner)
    ((admin,), roles) = made(app)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "Ada is owner of the whole install.\n"
    assert admin.is_instance_owner
    assert roles == []


def test_a_role_is_given_in_each_organization_named_once(
    app: Flask, runner: FlaskCliRunner, acme: OrganizationRef, globex: OrganizationRef
) -> None:
    named = ["--organization=acme", "--organization=globex", "--organization=acme"]
    done = create(runner, *named, role="helpdesk")
    _, roles = made(app)
    assert done.stdout == "Ada is helpdesk of Acme, Globex.\n"
    assert [(one.organization_seq, one.role) for one in roles] == [
        (acme.seq, "helpdesk"),
        (globex.seq, "helpdesk"),
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "", "\nsecond line\n"])
def test_the_password_is_the_first_line(
    app: Flask, runner: FlaskCliRunner, end: str
) -> None:
    create(runner, typed=f"{PASSWORD}{end}")
    ((admin,), _) = made(app)
    assert PasswordHasher().verify(admin.password_hash, PASSWORD)


def test_the_password_is_never_printed(runner: FlaskCliRunner) -> None:
    done = create(runner)
    refused = create(runner, email="nobody")
    assert PASSWORD not in done.output
    assert PASSWORD not in refused.output


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Give a password of 15 to 128 characters."),
        ("short\n", "Give a password of 15 to 128 characters."),
        (b"\xff" * 20, "The password is not text in UTF-8."),
    ],
)
def test_a_password_that_cannot_be_used_is_refused(
    app: Flask, runner: FlaskCliRunner, typed: str | bytes, said: str
) -> None:
    done = create(runner, typed=typed)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == f"Error: {said}\n"
    assert made(app) == ([], [])


@pytest.mark.parametrize(
    ("changed", "options", "said"),
    [
        ({"email": "ada"}, [], '"ada" is not an e-mail address.'),
        ({"name": " "}, [], "Give a name of 1 to 100 characters."),
        ({"role": "viewer"}, [], "The role viewer is given in an organization."),
        ({}, ["--organization=nope"], 'There is no organization "nope".'),
    ],
)
def test_a_refusal_is_one_sentence_and_exit_code_1(
    app: Flask,
    runner: FlaskCliRunner,
    changed: dict[str, str],
    options: list[str],
    said: str,
) -> None:
    done = create(runner, *options, **changed)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {said}")
    assert made(app) == ([], [])


def test_an_email_in_use_is_refused(runner: FlaskCliRunner) -> None:
    create(runner)
    done = create(runner, email="ADA@acme.example")
    assert done.exit_code == 1
    assert "There is an admin ADA@acme.example already." in done.stderr


def test_an_unknown_role_is_exit_code_2(runner: FlaskCliRunner) -> None:
    done = create(runner, role="king")
    assert done.exit_code == 2
    assert "'viewer', 'helpdesk', 'admin', 'owner'" in done.stderr


def test_the_password_is_never_an_argument(runner: FlaskCliRunner) -> None:
    named = [f"--{name}={value}" for name, value in ADA.items()]
    done = runner.invoke(args=["admins", "create", *named])
    assert done.exit_code == 2
    assert "Missing option '--password-stdin'" in done.stderr


def reset(
    runner: FlaskCliRunner, email: str = ADA["email"], typed: str = "another long one\n"
) -> Result:
    arguments = ["admins", "reset-password", f"--email={email}", "--password-stdin"]
    return runner.invoke(args=arguments, input=typed)


def test_a_password_is_set_for_somebody_who_forgot_it(
    app: Flask, runner: FlaskCliRunner
) -> None:
    create(runner)
    done = reset(runner, email="ADA@acme.example")
    ((admin,), _) = made(app)
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "Ada has a new password, and is signed out everywhere.\n"
    assert PasswordHasher().verify(admin.password_hash, "another long one")


@pytest.mark.parametrize(
    ("email", "typed", "said"),
    [
        ("bo@acme.example", "another long one\n", "There is no admin bo@acme.example."),
        ("bo", "another long one\n", '"bo" is not an e-mail address.'),
        (ADA["email"], "short\n", "Give a password of 15 to 128 characters."),
    ],
)
def test_a_password_that_cannot_be_set_stays(
    app: Flask, runner: FlaskCliRunner, email: str, typed: str, said: str
) -> None:
    create(runner)
    done = reset(runner, email, typed)
    ((admin,), _) = made(app)
    assert (done.exit_code, done.stderr) == (1, f"Error: {said}\n")
    assert PasswordHasher().verify(admin.password_hash, PASSWORD)


def test_admins_are_listed_with_where_they_have_a_role(
    runner: FlaskCliRunner, acme: OrganizationRef
) -> None:
    create(runner)
    bo = {"email": "bo@acme.example", "name": "Bo", "role": "viewer"}
    create(runner, "--organization=acme", **bo)
    done = runner.invoke(args=["admins", "list"])
    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert "the whole install" in lines[2]
    assert [word for word in lines[3].split() if word in ("Bo", "Acme", "active")] == [
        "Bo",
        "active",
        "Acme",
    ]


def test_before_set_up_the_list_says_what_to_do(runner: FlaskCliRunner) -> None:
    done = runner.invoke(args=["admins", "list"])
    assert "flask setup-link" in done.stdout


def test_a_disabled_admin_is_enabled(app: Flask, runner: FlaskCliRunner) -> None:
    create(runner)
    create(runner, email="bo@acme.example", name="Bo")
    with app.app_context():
        found = admins.find("bo@acme.example")
        admins.disable(found.id, origin=Origin.of_command_line())
    done = runner.invoke(args=["admins", "enable", "--email=bo@acme.example"])
    assert done.stdout == "Bo can sign in.\n"
    with app.app_context():
        assert admins.find("bo@acme.example").disabled_at is None
