package org.olmo4j.backend.cuda.virtual.ptx;

/** Numbers as PTX writes them. */
final class Immediates {

    private Immediates() {}

    static Operand.Immediate parse(Token token, boolean negative) {
        String text = token.text();
        if (text.startsWith("0f") || text.startsWith("0F")) {
            return new Operand.FloatBits(
                    Integer.parseUnsignedInt(text.substring(2), 16) ^ (negative ? 0x8000_0000 : 0));
        }
        if (text.startsWith("0d") || text.startsWith("0D")) {
            return new Operand.DoubleBits(
                    Long.parseUnsignedLong(text.substring(2), 16) ^ (negative ? Long.MIN_VALUE : 0));
        }
        if (text.contains(".") || (!text.startsWith("0x") && text.matches("[0-9]+[eE].*"))) {
            double value = Double.parseDouble(text);
            return new Operand.DoubleBits(Double.doubleToRawLongBits(negative ? -value : value));
        }
        return new Operand.Whole(integer(token, negative));
    }

    static long integer(Token token, boolean negative) {
        String digits = token.text().replaceFirst("[uU]$", "");
        try {
            long value;
            if (digits.startsWith("0x") || digits.startsWith("0X")) {
                value = Long.parseUnsignedLong(digits.substring(2), 16);
            } else if (digits.startsWith("0b") || digits.startsWith("0B")) {
                value = Long.parseUnsignedLong(digits.substring(2), 2);
            } else if (digits.length() > 1 && digits.startsWith("0")) {
                value = Long.parseUnsignedLong(digits, 8);
            } else {
                value = Long.parseUnsignedLong(digits);
            }
            return negative ? -value : value;
        } catch (NumberFormatException e) {
            throw new PtxSyntaxException(token.line(), "'" + token.text() + "' is no number");
        }
    }
}
