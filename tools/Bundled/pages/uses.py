# Small uses of modules, one after the other, each behind its own line:
#
#     #: module                        the main use: where it fails, the module fails
#     #: module (what is tried)        a side use: where it alone fails, the module works partly
#     #: module … in Pyodide           the same for one interpreter alone, in place of the one for both
#
# Each runs where its module was just imported. A `main` that is defined is awaited as a task.

#: abc
class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
class Square(Shape):
    def area(self):
        return 1
assert Square().area() == 1

#: abc (refusing to make an abstract class)
class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self): ...
try:
    Shape()
except TypeError:
    pass
else:
    raise AssertionError("it was made")

#: argparse
parser = argparse.ArgumentParser()
parser.add_argument("--count", type=int)
assert parser.parse_args(["--count", "3"]).count == 3

#: array
a = array.array("i", [1, 2, 3])
a.append(4)
assert sum(a) == 10

#: ast
assert ast.literal_eval("[1, 2]") == [1, 2]

#: asyncio
async def main():
    async def double(x):
        await asyncio.sleep(0.01)
        return 2 * x
    task = asyncio.create_task(double(2))
    assert await asyncio.gather(double(1), task) == [2, 4]
    event = asyncio.Event()
    event.set()
    await event.wait()

#: asyncio (wait_for)
async def main():
    async def wait():
        await asyncio.sleep(10)
    try:
        await asyncio.wait_for(wait(), 0.01)
    except asyncio.TimeoutError:
        pass
    else:
        raise AssertionError("a wait was not bounded")

#: asyncio (run)
async def nothing():
    pass
asyncio.run(nothing())

#: uasyncio
async def main():
    async def double(x):
        await uasyncio.sleep(0.01)
        return 2 * x
    assert await uasyncio.create_task(double(2)) == 4

#: asyncio.streams
async def main():
    await asyncio.open_connection(js.location.hostname, int(js.location.port))

#: asyncio.subprocess
async def main():
    await asyncio.create_subprocess_exec("true")

#: asyncio.threads
async def main():
    assert await asyncio.to_thread(lambda: 3) == 3

#: base64
assert base64.b64decode(base64.b64encode(b"abc")) == b"abc"

#: binascii
assert binascii.hexlify(b"\x01\xff") == b"01ff"
assert binascii.b2a_base64(b"abc") == b"YWJj\n"

#: bisect
assert bisect.bisect([1, 2, 4], 3) == 2

#: bz2
assert bz2.decompress(bz2.compress(b"abc")) == b"abc"

#: calendar
assert calendar.isleap(2024) and "February 2024" in calendar.month(2024, 2)

#: cmath
assert abs(cmath.sqrt(-1) - 1j) < 1e-9

#: collections
assert collections.namedtuple("Point", ["x", "y"])(1, 2).y == 2
d = collections.OrderedDict()
d["b"] = 1
d["a"] = 2
assert list(d) == ["b", "a"]

#: collections (deque with a bound)
q = collections.deque((), 2)
q.append(1)
assert q.popleft() == 1

#: compression.zstd
assert compression.zstd.decompress(compression.zstd.compress(b"abc")) == b"abc"

#: collections (Counter and defaultdict)
assert collections.Counter("aab")["a"] == 2
assert collections.defaultdict(int)["x"] == 0

#: concurrent.futures
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    assert pool.submit(pow, 2, 3).result(2) == 8

#: concurrent.futures.thread
with concurrent.futures.thread.ThreadPoolExecutor(1) as pool:
    assert pool.submit(pow, 2, 3).result(2) == 8

#: concurrent.futures.process
with concurrent.futures.process.ProcessPoolExecutor(1) as pool:
    assert pool.submit(pow, 2, 3).result(2) == 8

#: concurrent.futures.interpreter
with concurrent.futures.interpreter.InterpreterPoolExecutor(1) as pool:
    assert pool.submit(pow, 2, 3).result(2) == 8

#: concurrent.interpreters
interpreter = concurrent.interpreters.create()
interpreter.exec("x = 1")
interpreter.close()

#: configparser
parser = configparser.ConfigParser()
parser.read_string("[a]\nb = 1")
assert parser.getint("a", "b") == 1

#: contextlib
@contextlib.contextmanager
def three():
    yield 3
with three() as x:
    assert x == 3

#: contextvars
v = contextvars.ContextVar("v", default=1)
v.set(2)
assert v.get() == 2

#: copy
assert copy.deepcopy([[1]]) == [[1]]

#: cProfile
profile = cProfile.Profile()
profile.runcall(sorted, [2, 1])
assert profile.getstats()

#: cryptolib
key = b"0123456789abcdef"
assert cryptolib.aes(key, 1).decrypt(cryptolib.aes(key, 1).encrypt(key)) == key

#: csv
import io
assert list(csv.reader(io.StringIO('a,"b,c"'))) == [["a", "b,c"]]

#: ctypes
class Point(ctypes.Structure):
    _fields_ = [("x", ctypes.c_int), ("y", ctypes.c_int)]
assert Point(1, 2).y == 2
assert ctypes.string_at(ctypes.create_string_buffer(b"abc")) == b"abc"

#: ctypes (calling functions of C)
function = ctypes.pythonapi.Py_GetVersion
function.restype = ctypes.c_char_p
assert function().startswith(b"3.")

#: curses
curses.initscr()

#: dataclasses
@dataclasses.dataclass
class Point:
    x: int
    y: int = 2
assert Point(1) == Point(1, 2)

#: datetime
d = datetime.datetime(2024, 2, 28) + datetime.timedelta(days=2)
assert (d.month, d.day) == (3, 1) and d.isoformat() == "2024-03-01T00:00:00"

#: datetime (now and time zones)
assert datetime.datetime.now().year > 2000 and datetime.datetime.now(datetime.timezone.utc).year > 2000

#: datetime (strftime and strptime)
assert datetime.datetime.strptime("2024-02", "%Y-%m").strftime("%d.%m.%Y") == "01.02.2024"

#: dbm
import tempfile
with dbm.open(tempfile.mkdtemp() + "/a", "c") as db:
    db["a"] = "b"
    assert db["a"] == b"b"

#: dbm.dumb
import tempfile
with dbm.dumb.open(tempfile.mkdtemp() + "/a", "c") as db:
    db["a"] = "b"
    assert db["a"] == b"b"

#: decimal
assert str(decimal.Decimal("0.1") + decimal.Decimal("0.2")) == "0.3"

#: deflate
import io
assert deflate.DeflateIO(io.BytesIO(b"\xcbH,I\x03\x00"), deflate.RAW).read()

#: deflate (compressing)
import io
stream = io.BytesIO()
with deflate.DeflateIO(stream, deflate.ZLIB) as target:
    target.write(b"abc")
assert stream.getvalue()

#: difflib
assert difflib.get_close_matches("appel", ["ape", "apple"])[0] == "apple"

#: dis
assert list(dis.get_instructions("x = 1"))

#: doctest
import types
module = types.ModuleType("module")
module.__doc__ = ">>> 1 + 1\n2\n"
assert doctest.testmod(module) == (0, 1)

#: email
message = email.message_from_string("Subject: a\n\nb")
assert message["Subject"] == "a"

#: enum
class Colour(enum.Enum):
    RED = 1
assert Colour(1) is Colour.RED

#: ensurepip
ensurepip.bootstrap()

#: errno
assert errno.ENOENT == 2 or errno.ENOENT == 44

#: faulthandler
import tempfile
with open(tempfile.mktemp(), "w") as file:
    faulthandler.dump_traceback(file)

#: fcntl
import tempfile
with open(tempfile.mktemp(), "w") as file:
    fcntl.fcntl(file, fcntl.F_GETFD)

#: fcntl (locking)
import tempfile
with open(tempfile.mktemp(), "w") as file:
    fcntl.flock(file, fcntl.LOCK_EX)

#: fnmatch
assert fnmatch.fnmatch("a.txt", "*.txt")

#: fractions
assert fractions.Fraction(1, 3) + fractions.Fraction(1, 6) == fractions.Fraction(1, 2)

#: framebuf
buffer = framebuf.FrameBuffer(bytearray(8), 8, 8, framebuf.MONO_HLSB)
buffer.pixel(1, 1, 1)
assert buffer.pixel(1, 1) == 1

#: ftplib
try:
    ftplib.FTP(timeout=2).connect(js.location.hostname, int(js.location.port))
except (ftplib.Error, EOFError):
    pass

#: functools
assert functools.reduce(lambda a, b: a + b, [1, 2, 3]) == 6
assert functools.partial(pow, 2)(3) == 8

#: functools (wraps)
@functools.wraps(abs)
def function(x): ...
assert function.__name__ == "abs", "the name is not kept"

#: functools (lru_cache)
assert functools.lru_cache(maxsize=2)(abs)(-1) == 1

#: gc
gc.collect()

#: getpass (the user's name)
getpass.getuser()

#: glob
assert glob.glob("/*")

#: graphlib
assert list(graphlib.TopologicalSorter({"a": ["b"]}).static_order()) == ["b", "a"]

#: gzip
assert gzip.decompress(gzip.compress(b"abc")) == b"abc"

#: hashlib
assert hashlib.sha256(b"").digest()[:2] == b"\xe3\xb0"

#: hashlib (md5, sha1, sha3 and blake2) in Pyodide
for name in ("md5", "sha1", "sha512", "sha3_256", "blake2b"):
    hashlib.new(name, b"abc").hexdigest()

#: hashlib (pbkdf2_hmac and scrypt) in Pyodide
hashlib.pbkdf2_hmac("sha256", b"a", b"b", 10)
hashlib.scrypt(b"a", salt=b"b", n=2, r=1, p=1)

#: hashlib (md5 and sha1) in MicroPython
hashlib.sha1(b"abc").digest()
hashlib.md5(b"abc").digest()

#: hashlib (hexdigest and new) in MicroPython
hashlib.sha256(b"abc").hexdigest()
hashlib.new("sha256", b"abc")

#: heapq
h = []
heapq.heappush(h, 2)
heapq.heappush(h, 1)
assert heapq.heappop(h) == 1

#: hmac
assert hmac.new(b"a", b"b", "sha256").hexdigest()

#: html
assert html.escape("<") == "&lt;"

#: html (unescape)
assert html.unescape("&auml;") == "ä"

#: html.parser
found = []
class Parser(html.parser.HTMLParser):
    def handle_starttag(self, tag, attrs):
        found.append(tag)
Parser().feed("<p><b>x</b></p>")
assert found == ["p", "b"]

#: http.client
connection = http.client.HTTPConnection(js.location.hostname, int(js.location.port), timeout=2)
connection.request("GET", "/")
assert connection.getresponse().status == 200

#: http.cookies
assert http.cookies.SimpleCookie("a=b")["a"].value == "b"

#: http.server
import socket
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
socket.create_connection(server.server_address, timeout=2)

#: imaplib
try:
    imaplib.IMAP4(js.location.hostname, int(js.location.port), timeout=2)
except imaplib.IMAP4.error:
    pass

#: importlib
assert importlib.import_module("json").dumps(1) == "1"

#: importlib.metadata
list(importlib.metadata.distributions())

#: inspect
def function(a, b=1): ...
assert inspect.isfunction(function) and not inspect.isclass(function)

#: inspect (signature)
def function(a, b=1): ...
assert list(inspect.signature(function).parameters) == ["a", "b"], "it does not name the parameters"

#: io
assert io.StringIO("a\nb").readline() == "a\n"
assert io.BytesIO(b"ab").read(1) == b"a"

#: ipaddress
assert ipaddress.ip_address("10.0.0.1") in ipaddress.ip_network("10.0.0.0/8")

#: itertools
assert list(itertools.chain([1], itertools.islice(itertools.count(2), 2))) == [1, 2, 3]

#: js
assert js.JSON.stringify(js.Array.of(1)) == "[1]"
assert js.document.createElement("p").tagName == "P"

#: jsffi
jsffi.to_js([1])
called = []
jsffi.create_proxy(called.append)

#: json
assert json.loads(json.dumps({"a": [1, None, "ä"]})) == {"a": [1, None, "ä"]}

#: json (indent and sort_keys)
assert json.dumps({"b": 1, "a": 2}, indent=1, sort_keys=True) == '{\n "a": 2,\n "b": 1\n}'

#: linecache
import tempfile
path = tempfile.mktemp()
with open(path, "w") as file:
    file.write("a\nb\n")
assert linecache.getline(path, 2) == "b\n"

#: locale in MicroPython
locale.getpreferredencoding()

#: locale
locale.setlocale(locale.LC_ALL, "C")

#: locale (other languages than C)
locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
assert locale.format_string("%.1f", 1.5) == "1,5", "German numbers have a point"

#: logging
import io
stream = io.StringIO()
logger = logging.getLogger("a")
handler = logging.StreamHandler(stream)
handler.setLevel(logging.WARNING)
handler.setFormatter(logging.Formatter("%(message)s"))
logger.addHandler(handler)
logger.warning("b %s", "c")
assert stream.getvalue() == "b c\n"

#: logging (basicConfig)
logging.basicConfig(level=logging.ERROR)

#: lzma
assert lzma.decompress(lzma.compress(b"abc")) == b"abc"

#: mailbox
import tempfile
mailbox.mbox(tempfile.mktemp()).add("Subject: a\n\nb")

#: marshal
assert marshal.loads(marshal.dumps([1, "a"])) == [1, "a"]

#: marshal in MicroPython
def function():
    return 3
assert marshal.loads(marshal.dumps(function.__code__))

#: math
assert math.sqrt(4) == 2 and math.isclose(math.sin(math.pi), 0, abs_tol=1e-6)

#: math (factorial, gcd, comb and dist)
assert math.factorial(4) == 24 and math.gcd(4, 6) == 2 and math.comb(4, 2) == 6 and math.dist((0, 0), (3, 4)) == 5

#: micropython
assert micropython.const(3) == 3
micropython.mem_info()

#: mimetypes
assert mimetypes.guess_type("a.png")[0] == "image/png"

#: mmap
m = mmap.mmap(-1, 10)
m[:3] = b"abc"
assert m[:3] == b"abc"

#: multiprocessing
process = multiprocessing.Process(target=abs, args=(1,))
process.start()
process.join(2)

#: nntplib
try:
    nntplib.NNTP(js.location.hostname, int(js.location.port), timeout=2)
except (nntplib.NNTPError, EOFError):
    pass

#: operator
assert operator.lt(1, 2) and operator.eq(1, 1)

#: operator (add and mul)
assert operator.add(1, 2) == 3 and operator.mul(2, 3) == 6

#: operator (itemgetter)
assert operator.itemgetter(1)([1, 2]) == 2

#: optparse
parser = optparse.OptionParser()
parser.add_option("-a")
assert parser.parse_args(["-a", "b"])[0].a == "b"

#: os
with open("bundled.txt", "w") as file:
    file.write("a")
assert "bundled.txt" in os.listdir() and os.stat("bundled.txt")[6] == 1
os.rename("bundled.txt", "bundled2.txt")
os.remove("bundled2.txt")
os.getcwd()

#: os (environ, walk and urandom)
os.environ["a"] = "b"
list(os.walk("/tmp"))
assert len(os.urandom(4)) == 4

#: os (starting processes)
if hasattr(os, "fork"):
    pid = os.fork()
else:
    assert os.system("true") == 0

#: os.path
assert os.path.join("a", "b") == "a/b" and os.path.exists("/")

#: pathlib
path = pathlib.Path("bundled.txt")
path.write_text("b")
assert path.read_text() == "b" and path.suffix == ".txt" and path.exists()
path.unlink()

#: pdb (a session in the console)
import io
debugger = pdb.Pdb(stdin=io.StringIO("c\n"), stdout=io.StringIO())
debugger.runcall(abs, 1)

#: pickle
assert pickle.loads(pickle.dumps([1, {"a": 2}])) == [1, {"a": 2}]

#: platform
assert platform.platform()

#: plistlib
assert plistlib.loads(plistlib.dumps({"a": 1})) == {"a": 1}

#: poplib
try:
    poplib.POP3(js.location.hostname, int(js.location.port), timeout=2)
except poplib.error_proto:
    pass

#: pprint
assert pprint.pformat([1]) == "[1]"

#: profile
profile.Profile().runcall(sorted, [2, 1])

#: pty
import os
pid, _ = pty.fork()

#: pwd
pwd.getpwuid(0)

#: py_compile
import os, tempfile
path = tempfile.mktemp(suffix=".py")
with open(path, "w") as file:
    file.write("a = 1")
assert os.path.exists(py_compile.compile(path))

#: pyodide in Pyodide
assert pyodide.code.eval_code("1 + 1") == 2

#: pyodide.http
async def main():
    import pyodide.http
    response = await pyodide.http.pyfetch(js.location.href)
    assert "<html" in await response.string()

#: queue
q = queue.Queue()
q.put(1)
assert q.get() == 1

#: random
random.seed(1)
assert 1 <= random.randint(1, 3) <= 3 and random.choice([4]) == 4 and 0 <= random.random() < 1

#: random (shuffle, sample and gauss)
x = [1, 2, 3]
random.shuffle(x)
assert len(random.sample(x, 2)) == 2
random.gauss(0, 1)

#: re
assert re.match("(a+)b", "aab").group(1) == "aa" and re.sub("a", "b", "aa") == "bb"
assert re.compile(",").split("a,b") == ["a", "b"]

#: re (findall, named groups and {n})
assert re.findall("a{2}", "aaaa") == ["aa", "aa"] and re.match("(?P<x>a)", "a").group("x") == "a"

#: readline
readline.get_history_length()
readline.parse_and_bind("tab: complete")

#: resource
resource.getrlimit(resource.RLIMIT_NOFILE)

#: sched
import time
found = []
s = sched.scheduler(time.monotonic, time.sleep)
s.enter(0.01, 1, found.append, (1,))
s.run()
assert found == [1]

#: secrets
assert len(secrets.token_bytes(4)) == 4

#: select
import os
r, w = os.pipe()
os.write(w, b"x")
assert select.select([r], [], [], 1)[0] == [r]

#: select in MicroPython
select.poll().poll(0)

#: selectors
import os
r, w = os.pipe()
os.write(w, b"x")
with selectors.DefaultSelector() as selector:
    selector.register(r, selectors.EVENT_READ)
    assert len(selector.select(1)) == 1

#: shelve
import tempfile
with shelve.open(tempfile.mkdtemp() + "/a") as shelf:
    shelf["a"] = [1]
    assert shelf["a"] == [1]

#: shlex
assert shlex.split("a 'b c'") == ["a", "b c"]

#: shutil
import os, tempfile
folder = tempfile.mkdtemp()
shutil.copytree(folder, folder + "2")
shutil.rmtree(folder)
assert not os.path.exists(folder)

#: signal
found = []
signal.signal(signal.SIGUSR1, lambda number, frame: found.append(number))
signal.raise_signal(signal.SIGUSR1)
assert found == [signal.SIGUSR1]

#: signal (alarm)
import time
found = []
signal.signal(signal.SIGALRM, lambda number, frame: found.append(number))
signal.setitimer(signal.ITIMER_REAL, 0.05)
end = time.monotonic() + 0.5
while not found and time.monotonic() < end:
    pass
assert found, "no signal came"

#: smtplib
try:
    smtplib.SMTP(js.location.hostname, int(js.location.port), timeout=2)
except smtplib.SMTPResponseException:
    pass

#: socket
connection = socket.create_connection((js.location.hostname, int(js.location.port)), timeout=2)
connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
assert connection.recv(4) == b"HTTP"

#: socketserver
import socket
server = socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler)
socket.create_connection(server.server_address, timeout=2)

#: sqlite3
db = sqlite3.connect(":memory:")
db.execute("create table a (b)")
db.execute("insert into a values (3)")
assert db.execute("select b from a").fetchone() == (3,)

#: ssl
context = ssl.create_default_context()
ours, theirs = ssl.MemoryBIO(), ssl.MemoryBIO()
try:
    context.wrap_bio(ours, theirs, server_hostname="localhost").do_handshake()
except ssl.SSLWantReadError:
    pass
assert theirs.read()

#: ssl (a connection)
import socket
with socket.create_connection((js.location.hostname, int(js.location.port)), timeout=2) as connection:
    ssl.create_default_context().wrap_socket(connection, server_hostname="localhost")

#: statistics
assert statistics.median([1, 2, 4]) == 2

#: string
assert string.ascii_lowercase[0] == "a" and string.digits == "0123456789"

#: string (Template)
assert string.Template("$a").substitute(a="b") == "b"

#: struct
assert struct.unpack("<HB", struct.pack("<HB", 513, 3)) == (513, 3)

#: subprocess
subprocess.run(["true"], check=True)

#: sys
assert sys.version_info[0] == 3 and sys.modules is not None and sys.getsizeof is not None

#: sys in MicroPython
assert sys.version_info[0] == 3 and sys.implementation[0] == "micropython"

#: sys (settrace) in Pyodide
sys.settrace(None)

#: syslog
syslog.syslog("a")

#: tarfile
import io
stream = io.BytesIO()
with tarfile.open(fileobj=stream, mode="w:gz") as tar:
    tar.addfile(tarfile.TarInfo("a"), io.BytesIO())
stream.seek(0)
assert tarfile.open(fileobj=stream).getnames() == ["a"]

#: tarfile in MicroPython
import io
block = b"a" + bytes(99) + b"0000644\0" * 3 + b"0" * 11 + b"\0" + bytes(12) + b"        0" + bytes(355)
assert [entry.name for entry in tarfile.TarFile(fileobj=io.BytesIO(block + bytes(1024)))] == ["a"]

#: telnetlib
telnetlib.Telnet(js.location.hostname, int(js.location.port), timeout=2).close()

#: tempfile
with tempfile.TemporaryDirectory() as folder:
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        file.write(b"a")

#: termios
import os
termios.tcgetattr(os.open("/dev/tty", os.O_RDWR))

#: textwrap
assert textwrap.wrap("a b", 1) == ["a", "b"]

#: threading
found = []
thread = threading.Thread(target=found.append, args=(1,))
thread.start()
thread.join(2)
assert found == [1]

#: time
begun = time.time()
time.sleep(0.02)
assert time.time() >= begun > 1000000000, "it does not know the date"
assert time.localtime()[0] > 2000

#: time (monotonic, perf_counter and strftime) in Pyodide
assert time.monotonic() <= time.monotonic() and time.perf_counter() >= 0
assert time.strftime("%Y") > "2000"

#: time (ticks_ms and ticks_diff) in MicroPython
assert time.ticks_diff(time.ticks_ms(), time.ticks_ms()) <= 0

#: time (monotonic, perf_counter and strftime) in MicroPython
assert time.monotonic() <= time.monotonic() and time.perf_counter() >= 0
assert time.strftime("%Y") > "2000"

#: timeit
assert timeit.timeit("1 + 1", number=10) >= 0

#: tkinter
tkinter.Tk()

#: tomllib
assert tomllib.loads("a = 1") == {"a": 1}

#: traceback
try:
    1 / 0
except ZeroDivisionError:
    assert "ZeroDivisionError" in traceback.format_exc()

#: tracemalloc
tracemalloc.start()
x = [0] * 1000
assert tracemalloc.get_traced_memory()[0] > 0
tracemalloc.stop()

#: tty
tty.setraw(0)

#: turtle
turtle.forward(10)

#: typing
assert typing.List[int] and typing.get_type_hints(lambda: 1) == {}

#: uctypes
data = bytearray(4)
s = uctypes.struct(uctypes.addressof(data), {"a": 0 | uctypes.UINT8}, uctypes.LITTLE_ENDIAN)
s.a = 3
assert data[0] == 3

#: ulab
assert ulab.numpy.sum(ulab.numpy.array([1, 2, 3]) * 2) == 12

#: unicodedata
assert unicodedata.normalize("NFC", "a\u0308") == "ä"

#: unittest
import io
class Case(unittest.TestCase):
    def test_one(self):
        self.assertEqual(1, 1)
suite = unittest.defaultTestLoader.loadTestsFromTestCase(Case)
assert unittest.TextTestRunner(stream=io.StringIO()).run(suite).wasSuccessful()

#: unittest in MicroPython
class Case(unittest.TestCase):
    def test_one(self):
        self.assertEqual(1, 1)
suite = unittest.TestSuite()
suite.addTest(Case)
assert unittest.TestRunner().run(suite).wasSuccessful()

#: unittest.mock
mock = unittest.mock.Mock(return_value=3)
assert mock(1) == 3
mock.assert_called_once_with(1)

#: urllib.parse
assert urllib.parse.urlsplit("http://a/b?c").path == "/b" and urllib.parse.quote("ä") == "%C3%A4"

#: urllib.request
with urllib.request.urlopen(js.location.href, timeout=2) as response:
    assert b"<html" in response.read()

#: uuid
assert uuid.uuid4() != uuid.uuid4() and uuid.uuid5(uuid.NAMESPACE_DNS, "a").version == 5

#: venv
import tempfile
venv.create(tempfile.mkdtemp(), with_pip=False)

#: venv (with pip)
import tempfile
venv.create(tempfile.mkdtemp(), with_pip=True)

#: vfs
vfs.VfsPosix if hasattr(vfs, "VfsPosix") else vfs.mount

#: weakref
class Thing: ...
thing = Thing()
assert weakref.ref(thing)() is thing

#: webbrowser
webbrowser.open("about:blank")

#: wsgiref.simple_server
import socket
server = wsgiref.simple_server.make_server("127.0.0.1", 0, None)
socket.create_connection(server.server_address, timeout=2)

#: xml.dom.minidom
assert xml.dom.minidom.parseString("<a><b/></a>").documentElement.tagName == "a"

#: xml.etree.ElementTree
assert xml.etree.ElementTree.fromstring("<a><b>c</b></a>").findtext("b") == "c"

#: xml.sax
xml.sax.parseString("<a/>", xml.sax.ContentHandler())

#: xmlrpc.client
try:
    xmlrpc.client.ServerProxy(js.location.origin).a()
except (xmlrpc.client.ProtocolError, xmlrpc.client.expat.ExpatError):
    pass

#: xmlrpc.server
import socket
server = xmlrpc.server.SimpleXMLRPCServer(("127.0.0.1", 0))
socket.create_connection(server.server_address, timeout=2)

#: zipapp
import tempfile, os
folder = tempfile.mkdtemp()
with open(folder + "/__main__.py", "w") as file:
    file.write("a = 1")
zipapp.create_archive(folder, folder + ".pyz")
assert os.path.exists(folder + ".pyz")

#: zipfile
import io
stream = io.BytesIO()
with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("a", "b")
assert zipfile.ZipFile(stream).read("a") == b"b"

#: zlib
assert zlib.decompress(zlib.compress(b"abc")) == b"abc"

#: zlib (crc32) in Pyodide
assert zlib.crc32(b"abc") == 891568578

#: zoneinfo
zoneinfo.ZoneInfo("Europe/Berlin")
