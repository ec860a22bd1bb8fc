using System.Buffers;
using System.Text;

namespace R2ec.Distributed.Model.Tokenization;

/// <summary>GPT-2's spelling of bytes: printable Latin-1 characters stand for themselves, the other 68 bytes for U+0100 onwards.</summary>
internal static class ByteAlphabet
{
    private const int FirstStandIn = 0x100;
    private static readonly char[] Chars = BuildChars();
    private static readonly short[] Values = BuildValues();

    /// <summary>The character that spells a byte.</summary>
    public static char CharOf(byte value) => Chars[value];

    /// <summary>The spelling of a text's UTF-8 bytes; unpaired surrogates count as U+FFFD.</summary>
    public static string Spell(ReadOnlySpan<char> text)
    {
        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        var count = Encoding.UTF8.GetBytes(text, rented);
        var spelled = string.Create(count, rented, static (chars, bytes) =>
        {
            for (var i = 0; i < chars.Length; i++)
            {
                chars[i] = Chars[bytes[i]];
            }
        });
        ArrayPool<byte>.Shared.Return(rented);
        return spelled;
    }

    /// <summary>Writes the bytes that a token spells; false, with nothing to be relied on, where one of its characters spells none.</summary>
    public static bool TryRead(string token, Span<byte> bytes)
    {
        for (var i = 0; i < token.Length; i++)
        {
            var value = token[i] < Values.Length ? Values[token[i]] : (short)-1;
            if (value < 0)
            {
                return false;
            }

            bytes[i] = (byte)value;
        }

        return true;
    }

    private static char[] BuildChars()
    {
        var chars = new char[256];
        var next = FirstStandIn;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE and <= 0xFF;
            chars[value] = (char)(printable ? value : next++);
        }

        return chars;
    }

    private static short[] BuildValues()
    {
        var values = new short[Chars.Max() + 1];
        Array.Fill(values, (short)-1);
        for (var value = 0; value < 256; value++)
        {
            values[Chars[value]] = (short)value;
        }

        return values;
    }
}
