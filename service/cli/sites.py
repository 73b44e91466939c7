"""Sites: made, shown, changed, and the lines that embed one."""

import click

from service.cli.common import open_wiring, shown


@click.group()
def site() -> None:
    """Sites: whose pages may embed Parley, and by which policy."""


@site.command("add")
@click.argument("id")
@click.option("--name", default="", help="What people call it.")
@click.option("--origin", "origins", multiple=True, required=True, help="https://news.example.org; may be repeated.")
def site_add(id: str, name: str, origins: tuple[str, ...]) -> None:
    """Make the site ID."""
    added = open_wiring().sites.add(id, name=name, origins=origins)
    click.echo(f"Added the site {added.id} for {', '.join(added.origins)}")


@site.command("list")
def site_list() -> None:
    """List the sites."""
    for each in open_wiring().registry.sites():
        click.echo(f"{each.id}\t{each.name}\t{', '.join(each.origins) or 'any page'}")


@site.command("show")
@click.argument("id")
def site_show(id: str) -> None:
    """Show every value of the site ID."""
    wiring = open_wiring()
    for name, value in wiring.sites.values_of(wiring.registry.site(id)).items():
        click.echo(f"{name} = {shown(value)}")


@site.command("set")
@click.argument("id")
@click.argument("values", nargs=-1, required=True, metavar="NAME=VALUE …")
def site_set(id: str, values: tuple[str, ...]) -> None:
    """Set values of the site ID: name, origins (with commas), and those of its policy, as `site show` lists them."""
    pairs = [value.partition("=") for value in values]
    if not all(equals for _, equals, _ in pairs):
        raise click.UsageError("Give values as NAME=VALUE.")
    sites = open_wiring().sites
    changed = sites.change(id, {name.strip(): value.strip() for name, _, value in pairs})
    for name, value in sites.values_of(changed).items():
        click.echo(f"{name} = {shown(value)}")


@click.command()
@click.argument("site")
@click.option("--pin", is_flag=True, help="With the script's integrity: each upgrade needs the lines anew.")
def embed(site: str, *, pin: bool) -> None:
    """Print the two lines with which a page of SITE embeds its comments."""
    from service.web.assets import ASSETS, ENTRY

    wiring = open_wiring()
    integrity = f' integrity="{ASSETS.entry.integrity}" crossorigin' if pin else ""
    click.echo(f'<script type="module" src="{wiring.url}embed/v1/{ENTRY}"{integrity}></script>')
    click.echo(f'<parley-comments site="{wiring.registry.site(site).id}"></parley-comments>')
