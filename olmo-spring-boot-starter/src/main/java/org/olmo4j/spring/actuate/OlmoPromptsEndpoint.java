package org.olmo4j.spring.actuate;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.olmo4j.error.InvalidRequestException;
import org.olmo4j.error.OlmoException;
import org.olmo4j.spring.promptlog.PromptStatus;
import org.olmo4j.spring.promptlog.admin.GivenTexts;
import org.olmo4j.spring.promptlog.admin.PromptFilter;
import org.olmo4j.spring.promptlog.admin.PromptLog;
import org.olmo4j.spring.promptlog.admin.PromptTexts;
import org.olmo4j.spring.promptlog.admin.TooManyGuessesException;
import org.olmo4j.spring.promptlog.store.AdminRead;
import org.olmo4j.spring.promptlog.store.ErasureResult;
import org.olmo4j.spring.promptlog.store.PromptPage;
import org.olmo4j.spring.promptlog.store.PromptScan;
import org.olmo4j.spring.promptlog.store.StoreException;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;
import org.springframework.util.MimeType;

/**
 * The prompt log over HTTP. It lists records without their texts to whoever may see this endpoint; texts only to those with the role of
 * {@code olmo.log.text-role}. With {@code management.endpoint.olmoprompts.access=unrestricted} these can also search in texts, export, replay and erase:
 * what is looked for, and whom it is about, is in the body of a POST, so that it stands in no URL and no access log.
 */
@WebEndpoint(id = "olmoprompts", defaultAccess = Access.READ_ONLY)
public class OlmoPromptsEndpoint {

    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY = 429;
    private static final int UNAVAILABLE = 503;
    private static final int PAGE_SIZE = 50;
    private static final String READS = "reads";
    private static final int MOST_LOOKED = 10_000;
    private static final MimeType JSON_LINES = MimeType.valueOf("application/x-ndjson");

    private final PromptLog log;
    private final String textRole;

    /**
     * Makes the endpoint.
     *
     * @param log what it shows
     * @param textRole role that may see texts
     */
    public OlmoPromptsEndpoint(PromptLog log, String textRole) {
        this.log = log;
        this.textRole = textRole;
    }

    /**
     * A page of records.
     *
     * @param items latest first
     * @param total of all pages, counted to {@value PromptPage#COUNTED}
     * @param totalIsExact false if there are more
     * @param page number of this one, from 0
     * @param size most items of a page
     */
    public record Page(List<PromptItem> items, long total, boolean totalIsExact, int page, int size) {

        static Page of(PromptPage page) {
            return new Page(
                    page.items().stream().map(PromptItem::of).toList(),
                    page.total(),
                    page.totalIsExact(),
                    page.page(),
                    page.size());
        }
    }

    /**
     * What was found in texts.
     *
     * @param items latest first
     * @param looked how many texts were looked at
     * @param unreadable how many of these could not be decrypted
     * @param next where to go on, to be sent as {@code before}; null if there is nothing further
     */
    public record Found(
            List<PromptItem> items,
            int looked,
            int unreadable,
            @Nullable UUID next) {

        static Found of(PromptLog.SearchResult result) {
            PromptScan scan = result.scan();
            return new Found(
                    scan.items().stream().map(PromptItem::of).toList(),
                    scan.looked(),
                    result.unreadable(),
                    scan.last().orElse(null));
        }
    }

    /**
     * One record.
     *
     * @param record without texts
     * @param texts null for a reader without the role
     */
    public record Detail(PromptItem record, @Nullable PromptTexts texts) {}

    /**
     * Why something was not done.
     *
     * @param failure the reason, and what to do
     */
    public record Refusal(String failure) {}

    /**
     * Who looked at the log, or changed it.
     *
     * @param items latest first
     */
    public record Reads(List<AdminRead> items) {}

    /** What can be done with the log. */
    public enum Operation {
        /** Look for something in texts. */
        SEARCH,
        /** All of a user, as JSON Lines. */
        EXPORT,
        /** Ask for an answer again, and compare. */
        REPLAY,
        /** Destroy the texts of a user and make the records anonymous. */
        ERASE
    }

    /**
     * Lists records, latest first. Whatever is left out does not restrict.
     *
     * @param reader who asks
     * @param from received at this time or later
     * @param until received before this time
     * @param user as the application names it
     * @param session as the application names it
     * @param conversation as the application names it
     * @param trace of this trace
     * @param generation of this generation
     * @param model of this public name
     * @param status how far it came
     * @param minTokens of prompt and answer
     * @param maxTokens of prompt and answer
     * @param minLatency from received to ended
     * @param maxLatency likewise
     * @param page number of the page, from 0
     * @param size most items of it, 1 to 500, 50 unless given
     * @return the page
     */
    @ReadOperation
    public WebEndpointResponse<Object> list(
            SecurityContext reader,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime until,
            @Nullable String user,
            @Nullable String session,
            @Nullable String conversation,
            @Nullable String trace,
            @Nullable String generation,
            @Nullable String model,
            @Nullable PromptStatus status,
            @Nullable Integer minTokens,
            @Nullable Integer maxTokens,
            @Nullable Duration minLatency,
            @Nullable Duration maxLatency,
            @Nullable Integer page,
            @Nullable Integer size) {
        PromptFilter filter = PromptFilter.builder()
                .from(instant(from))
                .until(instant(until))
                .user(user)
                .session(session)
                .conversation(conversation)
                .traceId(trace)
                .generationId(generation)
                .model(model)
                .status(status)
                .tokens(minTokens, maxTokens)
                .latency(minLatency, maxLatency)
                .build();
        int number = inRange("page", page == null ? 0 : page, Integer.MAX_VALUE / PromptPage.LARGEST, 0);
        int most = size(size);
        return answered(() -> new WebEndpointResponse<>(Page.of(log.page(name(reader), filter, number, most))));
    }

    /**
     * One record, with its texts if the reader may see them; or, by the name {@code reads}, who looked at the log or changed it.
     *
     * @param reader who asks; needs the role for {@code reads}
     * @param id of the record, or {@code reads}
     * @param size most items of {@code reads}, 1 to 500, 50 unless given
     * @return the record, or {@link Reads}
     */
    @ReadOperation
    public WebEndpointResponse<Object> read(SecurityContext reader, @Selector String id, @Nullable Integer size) {
        if (id.equals(READS)) {
            int most = size(size);
            return mayRead(reader)
                    ? answered(() -> new WebEndpointResponse<>(new Reads(log.reads(name(reader), most))))
                    : roleIsMissing();
        }
        UUID uuid = uuid(id);
        return answered(() -> detail(reader, uuid)
                .<WebEndpointResponse<Object>>map(WebEndpointResponse::new)
                .orElseGet(() -> refused(NOT_FOUND, "There is no record " + uuid)));
    }

    private static UUID uuid(String id) {
        try {
            return UUID.fromString(id);
        } catch (IllegalArgumentException none) {
            String problem = "The id of a record is a UUID; or read " + READS;
            throw new InvalidEndpointRequestException(problem, problem);
        }
    }

    private Optional<Detail> detail(SecurityContext reader, UUID id) {
        return mayRead(reader)
                ? log.read(name(reader), id).map(read -> new Detail(PromptItem.of(read.record()), read.texts()))
                : log.record(name(reader), id).map(record -> new Detail(PromptItem.of(record), null));
    }

    /**
     * Works with texts.
     *
     * @param reader who asks; needs the role
     * @param operation what to do
     * @param text what is looked for; of SEARCH
     * @param user whom it is about: of EXPORT and ERASE, and to restrict SEARCH
     * @param from to restrict SEARCH, as the following: received at this time or later
     * @param until received before this time
     * @param session as the application names it
     * @param conversation as the application names it
     * @param trace of this trace
     * @param generation of this generation
     * @param model of this public name
     * @param status how far it came
     * @param minTokens of prompt and answer
     * @param maxTokens of prompt and answer
     * @param minLatency from received to ended
     * @param maxLatency likewise
     * @param before of SEARCH: goes on behind this record
     * @param size of SEARCH: ends with so many, 50 unless given
     * @param id of the record; of REPLAY
     * @param prompt of REPLAY: the prompt, as text, where it is not kept
     * @param jsonSchema of REPLAY: the JSON schema that the answer was held to, as text, where it is not kept
     * @return what came of it
     */
    @WriteOperation
    public WebEndpointResponse<Object> operate(
            SecurityContext reader,
            Operation operation,
            @Nullable String text,
            @Nullable String user,
            @Nullable OffsetDateTime from,
            @Nullable OffsetDateTime until,
            @Nullable String session,
            @Nullable String conversation,
            @Nullable String trace,
            @Nullable String generation,
            @Nullable String model,
            @Nullable PromptStatus status,
            @Nullable Integer minTokens,
            @Nullable Integer maxTokens,
            @Nullable Duration minLatency,
            @Nullable Duration maxLatency,
            @Nullable UUID before,
            @Nullable Integer size,
            @Nullable UUID id,
            @Nullable String prompt,
            @Nullable String jsonSchema) {
        if (!mayRead(reader)) {
            return roleIsMissing();
        }
        String name = name(reader);
        return answered(() -> switch (operation) {
            case SEARCH -> {
                PromptFilter filter = PromptFilter.builder()
                        .from(instant(from))
                        .until(instant(until))
                        .user(user)
                        .session(session)
                        .conversation(conversation)
                        .traceId(trace)
                        .generationId(generation)
                        .model(model)
                        .status(status)
                        .tokens(minTokens, maxTokens)
                        .latency(minLatency, maxLatency)
                        .build();
                int most = size(size);
                yield new WebEndpointResponse<>(
                        Found.of(log.search(name, filter, required("text", text), before, most, MOST_LOOKED)));
            }
            case EXPORT -> new WebEndpointResponse<>(new PromptExport(log, name, required("user", user)), JSON_LINES);
            case REPLAY ->
                log.replay(name, required("id", id), new GivenTexts(prompt, jsonSchema))
                        .<WebEndpointResponse<Object>>map(WebEndpointResponse::new)
                        .orElseGet(() -> refused(NOT_FOUND, "There is no record " + id));
            case ERASE -> new WebEndpointResponse<>(erased(log.erase(name, required("user", user))));
        });
    }

    private WebEndpointResponse<Object> roleIsMissing() {
        return refused(FORBIDDEN, "This needs the role " + textRole + ", which olmo.log.text-role names");
    }

    private static int size(@Nullable Integer size) {
        return inRange("size", size == null ? PAGE_SIZE : size, PromptPage.LARGEST, 1);
    }

    /**
     * What an erasure found.
     *
     * @param records that are anonymous now
     * @param texts that were deleted
     * @param keys that were destroyed
     */
    public record Erased(int records, int texts, int keys) {}

    private static Erased erased(ErasureResult result) {
        return new Erased(result.records(), result.contents(), result.keys());
    }

    private boolean mayRead(SecurityContext reader) {
        return reader.isUserInRole(textRole);
    }

    private static String name(SecurityContext reader) {
        Principal principal = reader.getPrincipal();
        return principal == null ? "anonymous" : principal.getName();
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    private static <T> T required(String name, @Nullable T value) {
        if (value == null || (value instanceof String text && text.isBlank())) {
            throw new InvalidEndpointRequestException(name + " is missing", name + " is missing; add it to the body");
        }
        return value;
    }

    private static int inRange(String name, int value, int most, int least) {
        if (value < least || value > most) {
            String problem = name + " is " + value + "; allowed: " + least + " to " + most;
            throw new InvalidEndpointRequestException(problem, problem);
        }
        return value;
    }

    private static WebEndpointResponse<Object> answered(Supplier<WebEndpointResponse<Object>> answer) {
        try {
            return answer.get();
        } catch (StoreException away) {
            return refused(UNAVAILABLE, String.valueOf(away.getMessage()));
        } catch (InvalidRequestException wrong) {
            throw new InvalidEndpointRequestException(wrong.problem(), wrong.getMessage());
        } catch (TooManyGuessesException wrong) {
            return refused(TOO_MANY, String.valueOf(wrong.getMessage()));
        } catch (OlmoException failure) {
            // A journal that could not be written anew, or an engine that is busy: do it again.
            return refused(UNAVAILABLE, String.valueOf(failure.getMessage()));
        }
    }

    private static WebEndpointResponse<Object> refused(int status, String reason) {
        return new WebEndpointResponse<>(new Refusal(reason), status);
    }
}
