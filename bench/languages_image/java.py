"""Puts Java's applications together: jars with all that they depend on, in folders, in jars, in wars, and those in ears."""

import io
import zipfile

from large_image.commands import run, say
from large_image.download import NETWORK

TIME = (2022, 4, 1, 0, 0, 0)
DONE = "resolved"

# Of Spring Boot's loader: what starts a jar with jars in it.
LOADER = "org.springframework.boot.loader"


def applications(listed, directory):
    """Resolves `FORM APPLICATION group:artifact[:version]…` with all that they depend on; form, name and jars of each.

    Versions that are not given, and those of what is depended on, are Spring Boot's.
    """
    return [(*line.split()[:2], resolved(line.split()[1:], directory)) for line in listed]


def resolved(words, directory):
    """The jars of one application, by name."""
    name, *coordinates = words
    place = directory / name
    project, state = place / "pom.xml", place / DONE
    if not (state.exists() and state.read_text() == " ".join(coordinates)):
        say(f"resolving {name}")
        (place / "lib").mkdir(parents=True, exist_ok=True)
        project.write_text(maven_project(name, coordinates))
        options = ["-DincludeScope=runtime", f"-DoutputDirectory={place / 'lib'}"]
        run("mvn", "-q", "-B", "-f", str(project), "dependency:copy-dependencies", *options, advice=NETWORK)
        state.write_text(" ".join(coordinates))
    return sorted((place / "lib").glob("*.jar"))


def maven_project(name, coordinates):
    """A project that depends on these, with the versions of Spring Boot."""
    dependencies = ""
    for coordinate in coordinates:
        named = "".join(
            f"<{field}>{value}</{field}>"
            for field, value in zip(("groupId", "artifactId", "version"), coordinate.split(":"))
        )
        dependencies += f"<dependency>{named}</dependency>\n"
    platform = "<groupId>org.springframework.boot</groupId><artifactId>spring-boot-dependencies</artifactId>"
    platform += "<version>2.6.6</version><type>pom</type><scope>import</scope>"
    managed = f"<dependencyManagement><dependencies><dependency>{platform}</dependency></dependencies></dependencyManagement>"
    head = "<modelVersion>4.0.0</modelVersion><groupId>bench</groupId>"
    head += f"<artifactId>{name}</artifactId><version>1</version><packaging>pom</packaging>"
    return f"<project>{head}\n{managed}\n<dependencies>{dependencies}</dependencies></project>\n"


def layer(layer, applications, directory):
    """Adds them, each in its form; says how many jars there are, with those in others."""
    count = 0
    for form, name, jars in applications:
        contents = {file.name: file.read_bytes() for file in jars}
        count += len(jars)
        if form == "lib":
            for file, content in contents.items():
                layer.file(f"{directory}/{name}/lib/{file}", content)
            continue
        archive = {"jar": boot_jar, "ear": ear}[form](name, contents)
        count += {"jar": 1, "ear": 2}[form]
        layer.file(f"{directory}/{name}/{name}.{form}", archive)
    say(f"{count} jars, with those in others")


def boot_jar(name, jars):
    """As Spring Boot's plugin builds it: what is in it is not compressed, so that it can be loaded in place."""
    start = {"Main-Class": f"{LOADER}.JarLauncher", "Start-Class": f"bench.{name}.Application"}
    return archive(manifest(name, start), {f"BOOT-INF/lib/{file}": content for file, content in jars.items()}, zipfile.ZIP_STORED)


def war(name, jars):
    """A web archive, compressed."""
    libraries = {f"WEB-INF/lib/{file}": content for file, content in jars.items()}
    return archive(manifest(name, {}), libraries, zipfile.ZIP_DEFLATED)


def ear(name, jars):
    """An enterprise archive: half of the jars for all of it, and half in a web archive in it."""
    names = sorted(jars)
    shared = {f"lib/{file}": jars[file] for file in names[::2]}
    web = war(f"{name}-web", {file: jars[file] for file in names[1::2]})
    return archive(manifest(name, {}), {**shared, f"{name}-web.war": web}, zipfile.ZIP_DEFLATED)


def manifest(name, more):
    """A manifest."""
    fields = {"Manifest-Version": "1.0", "Implementation-Title": name, "Implementation-Version": "1.0.0", **more}
    return "".join(f"{field}: {value}\r\n" for field, value in fields.items()) + "\r\n"


def archive(described, members, compression):
    """A zip archive with a manifest; the same members give the same bytes."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as made:
        for name, content in {"META-INF/MANIFEST.MF": described.encode(), **members}.items():
            entry = zipfile.ZipInfo(name, TIME)
            entry.compress_type = compression
            made.writestr(entry, content)
    return output.getvalue()
