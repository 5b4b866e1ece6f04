"""What a process gives up before it runs untrusted code (inside the children; Linux).

Imported by children that must stay small: standard library only, nothing of the package but ``protocol``.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_SECCOMP = 22
_PR_SET_NO_NEW_PRIVS = 38
_SECCOMP_MODE_FILTER = 2
_SIGKILL = 9

NOBODY = 65534

NATIVE_HEADROOM_MB = 64
"""Memory beyond ``Limits.memory_mb``: ArrayBuffers, text on its way in and out, V8's compiler zones; CPython's own libraries."""

_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent(parent: int) -> None:
    """SIGKILL for this process when ``parent`` ends; at once if it already has."""
    _libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def drop_privileges(parent: int) -> None:
    """Become nobody if we are root, and never regain anything; nobody may attach to this process or read its memory."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    die_with_parent(parent)  # the kernel forgets the wish when the user changes


def limit_resources(headroom_bytes: int) -> None:
    """No core, no file, no new descriptor, no process, and ``headroom_bytes`` of memory beyond what is mapped now.

    The memory limit is relative because V8 reserves half a gigabyte of address space that it never touches.
    """
    data = mapped_data_bytes() + headroom_bytes
    for limit, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_DATA, data),
        (resource.RLIMIT_NPROC, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(limit, (value, value))


def mapped_data_bytes() -> int:
    """Private writable memory of this process (VmData)."""
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmData:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError("/proc/self/status has no VmData")


def limit_cpu(used_seconds: float, seconds: float) -> None:
    """A last resort behind the pool's watchdog: SIGXCPU one to two seconds after ``seconds`` more of processor time."""
    resource.setrlimit(resource.RLIMIT_CPU, (int(used_seconds + seconds) + 2, resource.RLIM_INFINITY))


# ---- seccomp -----------------------------------------------------------------------------------------------------------------------
# Classic BPF over struct seccomp_data {int nr; u32 arch; u64 instruction_pointer; u64 args[6]} (linux/seccomp.h).

_LOAD_WORD, _JUMP_EQUAL, _JUMP_AT_LEAST, _JUMP_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_OFFSET_NR, _OFFSET_ARCH, _OFFSET_ARG0 = 0, 4, 16
_ALLOW, _DENY, _NOT_IMPLEMENTED = 0x7FFF0000, 0x00050001, 0x00050026  # errno EPERM and ENOSYS
_X32_BIT = 0x40000000
_CLONE_THREAD = 0x10000

_ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}

# name: number on x86_64, on aarch64 (None: does not exist there)
_V8_NEEDS: dict[str, tuple[int | None, int | None]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "poll": (7, None), "lseek": (8, 62), "mmap": (9, 222), "mprotect": (10, 226),
    "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "readv": (19, 65), "writev": (20, 66), "sched_yield": (24, 124), "mremap": (25, 216), "madvise": (28, 233), "nanosleep": (35, 101),
    "getpid": (39, 172), "sendto": (44, 206), "recvfrom": (45, 207), "exit": (60, 93), "gettimeofday": (96, 169), "getrlimit": (97, 163),
    "getrusage": (98, 165), "sysinfo": (99, 179), "sigaltstack": (131, 132), "setrlimit": (160, 164), "gettid": (186, 178),
    "futex": (202, 98), "sched_getaffinity": (204, 123), "restart_syscall": (219, 128), "clock_gettime": (228, 113),
    "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "exit_group": (231, 94), "ppoll": (271, 73), "getcpu": (309, 168),
    "getrandom": (318, 278), "membarrier": (324, 283), "pkey_mprotect": (329, 288), "pkey_alloc": (330, 289), "pkey_free": (331, 290),
    "rseq": (334, 293),
}  # fmt: skip
_ON_SELF_ONLY = {"prlimit64": (302, 261)}

_PYTHON_MUST_NOT: dict[str, tuple[int | None, int | None]] = {
    "fork": (57, None), "vfork": (58, None), "ptrace": (101, 117), "pivot_root": (155, 41), "mount": (165, 40), "umount2": (166, 39),
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "unshare": (272, 97), "perf_event_open": (298, 241),
    "setns": (308, 268), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "bpf": (321, 280), "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
}  # fmt: skip
_CLONE = (56, 220)
_CLONE3 = (435, 435)


def _instruction(code: int, true: int, false: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, true, false, value)


def _answer(number: int | None, verdict: int) -> list[bytes]:
    """If the call is ``number``: this verdict."""
    if number is None:
        return []
    return [_instruction(_JUMP_EQUAL, 0, 1, number), _instruction(_RETURN, 0, 0, verdict)]


def _opening(audit_arch: int) -> list[bytes]:
    return [
        _instruction(_LOAD_WORD, 0, 0, _OFFSET_ARCH),
        _instruction(_JUMP_EQUAL, 1, 0, audit_arch),
        _instruction(_RETURN, 0, 0, _DENY),
        _instruction(_LOAD_WORD, 0, 0, _OFFSET_NR),
        _instruction(_JUMP_AT_LEAST, 0, 1, _X32_BIT),
        _instruction(_RETURN, 0, 0, _DENY),
    ]


def v8_filter(machine: str) -> bytes | None:
    """The program that lets a V8 child compute and speak on the descriptors it has, and nothing else. None on an unknown machine."""
    if machine not in _ARCHITECTURES:
        return None
    audit_arch, column = _ARCHITECTURES[machine]
    program = _opening(audit_arch)
    for numbers in _V8_NEEDS.values():
        program += _answer(numbers[column], _ALLOW)
    for numbers in _ON_SELF_ONLY.values():
        program += [
            _instruction(_JUMP_EQUAL, 0, 4, numbers[column]),
            _instruction(_LOAD_WORD, 0, 0, _OFFSET_ARG0),
            _instruction(_JUMP_EQUAL, 0, 1, 0),
            _instruction(_RETURN, 0, 0, _ALLOW),
            _instruction(_RETURN, 0, 0, _DENY),
        ]
    return b"".join([*program, _instruction(_RETURN, 0, 0, _DENY)])


def python_filter(machine: str) -> bytes | None:
    """The program that keeps CPython to one process of threads, without mounts, namespaces, tracing or kernel keys. None as above."""
    if machine not in _ARCHITECTURES:
        return None
    audit_arch, column = _ARCHITECTURES[machine]
    program = _opening(audit_arch)
    for numbers in _PYTHON_MUST_NOT.values():
        program += _answer(numbers[column], _DENY)
    program += _answer(_CLONE3[column], _NOT_IMPLEMENTED)  # its flags lie behind a pointer: the C library falls back to clone
    program += [
        _instruction(_JUMP_EQUAL, 0, 4, _CLONE[column]),
        _instruction(_LOAD_WORD, 0, 0, _OFFSET_ARG0),
        _instruction(_JUMP_ANY_BIT, 0, 1, _CLONE_THREAD),
        _instruction(_RETURN, 0, 0, _ALLOW),
        _instruction(_RETURN, 0, 0, _DENY),
    ]
    return b"".join([*program, _instruction(_RETURN, 0, 0, _ALLOW)])


class _FilterProgram(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install_filter(program: bytes | None) -> None:
    """From here on the kernel refuses what ``program`` denies; needs no_new_privs. Raises OSError where seccomp is not available."""
    if program is None:
        return
    filter_program = _FilterProgram(len(program) // 8, program)
    if _libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filter_program), 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "seccomp filters are not available")


def machine() -> str:
    return os.uname().machine if sys.platform == "linux" else ""
