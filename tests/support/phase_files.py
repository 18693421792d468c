"""Phase files as NCEDC keeps them: cards of Hypoinverse, packed by Unix's compress."""

from __future__ import annotations


def event_card(minute: str, seconds: float, lat: float, lon: float, depth: float, mag: float, event: int) -> str:
    card = [" "] * 164

    def put(at: int, text: str) -> None:
        card[at : at + len(text)] = text

    put(0, minute)
    put(12, f"{round(seconds * 100):4d}")
    put(16, f"{int(abs(lat)):2d}")
    put(18, "S" if lat < 0 else " ")
    put(19, f"{round(abs(lat) % 1 * 6000):4d}")
    put(23, f"{int(abs(lon)):3d}")
    put(26, "E" if lon > 0 else " ")
    put(27, f"{round(abs(lon) % 1 * 6000):4d}")
    put(31, f"{round(depth * 100):5d}")
    put(136, f"{event:10d}")
    put(147, f"{round(mag * 100):3d}")
    return "".join(card)


def phase_card(
    sta: str,
    net: str,
    chan: str,
    loc: str,
    minute: str,
    p: float | None,
    s: float | None,
    weight: str = "0",
    polarity: str = " ",
) -> str:
    card = [" "] * 120

    def put(at: int, text: str) -> None:
        card[at : at + len(text)] = text

    put(0, f"{sta:<5}{net:<2}")
    put(9, chan)
    put(17, minute)
    if p is not None:
        put(13, "IP")
        put(15, polarity + weight)
        put(29, f"{round(p * 100):5d}")
    if s is not None:
        put(46, "ES")
        put(49, "2")
        put(41, f"{round(s * 100):5d}")
    put(111, loc)
    return "".join(card)


def hypoinverse(*events: tuple[str, list[str], int]) -> bytes:
    lines = [line for head, phases, event in events for line in (head, *phases, " " * 62 + f"{event:10d}")]
    return ("\n".join(lines) + "\n").encode()


def compress(data: bytes, most_bits: int = 16) -> bytes:
    """Pack as Unix's compress does, but never clear the dictionary."""
    table = {bytes([value]): value for value in range(256)}
    following, bits, codes, out = 257, 9, [], bytearray(b"\x1f\x9d" + bytes([0x80 | most_bits]))

    def flush() -> None:
        packed = sum(code << (bits * n) for n, code in enumerate(codes))
        out.extend(packed.to_bytes(bits if len(codes) == 8 else -(-len(codes) * bits // 8), "little"))
        codes.clear()

    def emit(code: int) -> None:
        codes.append(code)
        if len(codes) == 8:
            flush()

    prefix = b""
    for number in range(len(data)):
        longer = prefix + data[number : number + 1]
        if longer in table:
            prefix = longer
            continue
        emit(table[prefix])
        if following < 1 << most_bits:
            table[longer] = following
            following += 1
            if following > 1 << bits and bits < most_bits:
                if codes:
                    codes.extend([0] * (8 - len(codes)))
                    flush()
                bits += 1
        prefix = data[number : number + 1]
    if prefix:
        emit(table[prefix])
    flush()
    return bytes(out)
