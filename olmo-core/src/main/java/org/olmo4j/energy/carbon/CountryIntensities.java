package org.olmo4j.energy.carbon;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.Set;
import java.util.TreeSet;
import org.olmo4j.error.InvalidRequestException;

/**
 * Yearly averages of countries, location-based. The table that comes with the library is made from Our World in Data's of 2025 (Ember,
 * Energy Institute; CC BY 4.0): production without imports, over the life of the plants. Immutable.
 */
public final class CountryIntensities {

    /** The code of the whole world. */
    public static final String WORLD = "WORLD";

    private static final String FILE = "country-intensities.csv";
    private static final String BUILT_IN_SOURCE = "Ember and Energy Institute via Our World in Data (2025), year ";

    private final Map<String, CarbonIntensity> byCode;

    private CountryIntensities(Map<String, CarbonIntensity> byCode) {
        this.byCode = Map.copyOf(byCode);
    }

    /**
     * The table that comes with the library.
     *
     * @return 212 countries and the world
     */
    public static CountryIntensities builtIn() {
        try (InputStream file = CountryIntensities.class.getResourceAsStream(FILE)) {
            if (file == null) {
                throw new IllegalStateException(FILE + " is missing in the library's jar");
            }
            String text = new String(file.readAllBytes(), StandardCharsets.UTF_8);
            return parse(text.lines().toList(), FILE, BUILT_IN_SOURCE);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * A table of one's own.
     *
     * @param file CSV in UTF-8 with the columns {@code code,name,year,gramsPerKilowattHour}, without quotes; lines that begin with # are
     *     comments
     * @return the table
     * @throws InvalidRequestException if it cannot be read, naming the line
     */
    public static CountryIntensities read(Path file) {
        try {
            return parse(Files.readAllLines(file), file.toString(), file.getFileName() + ", year ");
        } catch (IOException failure) {
            throw new InvalidRequestException(
                    "carbon intensities",
                    file + " cannot be read: " + failure,
                    "Name a readable CSV file with the columns code,name,year,gramsPerKilowattHour");
        }
    }

    private static CountryIntensities parse(List<String> lines, String file, String source) {
        Map<String, CarbonIntensity> byCode = new HashMap<>();
        boolean header = true;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (!header) {
                put(byCode, line, file + ":" + (i + 1), source);
            }
            header = false;
        }
        if (byCode.isEmpty()) {
            throw malformed(file, "has no line with a country");
        }
        return new CountryIntensities(byCode);
    }

    private static void put(Map<String, CarbonIntensity> byCode, String line, String place, String source) {
        String[] fields = line.split(",", -1);
        if (fields.length != 4) {
            throw malformed(place, "has " + fields.length + " fields");
        }
        try {
            int year = Integer.parseInt(fields[2].strip());
            double grams = Double.parseDouble(fields[3].strip());
            String code = fields[0].strip().toUpperCase(Locale.ROOT);
            CarbonIntensity intensity =
                    new CarbonIntensity(grams, CarbonBasis.LOCATION_BASED, fields[1].strip(), source + year);
            if (byCode.put(code, intensity) != null) {
                throw malformed(place, "names " + code + " a second time");
            }
        } catch (NumberFormatException failure) {
            throw malformed(place, "has no number where one belongs (" + failure.getMessage() + ")");
        }
    }

    private static InvalidRequestException malformed(String place, String what) {
        return new InvalidRequestException(
                "carbon intensities", place + " " + what, "Expected: code,name,year,gramsPerKilowattHour");
    }

    /**
     * A country's intensity.
     *
     * @param country code by ISO 3166-1 of two or three letters, in any case, or {@link #WORLD}
     * @return its latest yearly average
     * @throws InvalidRequestException if the table does not have it
     */
    public CarbonIntensity of(String country) {
        CarbonIntensity intensity = byCode.get(threeLetters(country.strip().toUpperCase(Locale.ROOT)));
        if (intensity == null) {
            throw new InvalidRequestException(
                    "country",
                    "There is no carbon intensity for '" + country + "'",
                    "Name a country by its ISO 3166-1 code, such as DE or DEU, or WORLD, or configure a value");
        }
        return intensity;
    }

    /**
     * What the table has.
     *
     * @return codes of three letters, sorted, and {@link #WORLD}
     */
    public Set<String> countries() {
        return new TreeSet<>(byCode.keySet());
    }

    private static String threeLetters(String code) {
        if (code.length() != 2) {
            return code;
        }
        try {
            return Locale.of("", code).getISO3Country();
        } catch (MissingResourceException unknown) {
            return code;
        }
    }
}
