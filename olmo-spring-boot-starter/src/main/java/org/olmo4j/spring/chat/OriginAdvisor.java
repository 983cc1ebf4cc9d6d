package org.olmo4j.spring.chat;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.olmo4j.spring.origin.PrincipalResolver;
import org.springframework.ai.chat.client.ChatClientRequest;
import org.springframework.ai.chat.client.ChatClientResponse;
import org.springframework.ai.chat.client.advisor.api.CallAdvisor;
import org.springframework.ai.chat.client.advisor.api.CallAdvisorChain;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisor;
import org.springframework.ai.chat.client.advisor.api.StreamAdvisorChain;
import org.springframework.ai.chat.memory.ChatMemory;
import org.springframework.ai.chat.prompt.Prompt;
import org.springframework.core.Ordered;
import reactor.core.publisher.Flux;

/**
 * Puts the conversation id of the advisors ({@link ChatMemory#CONVERSATION_ID}) and the user into the options of a request, since a chat model sees
 * the prompt only. It comes before all other advisors, which may go on in another thread, where nobody knows the user any more. What the
 * options say already stays. Requests to models of other providers pass as they are.
 */
public final class OriginAdvisor implements CallAdvisor, StreamAdvisor {

    private final PrincipalResolver principals;

    /**
     * Makes an advisor.
     *
     * @param principals knows the user
     */
    public OriginAdvisor(PrincipalResolver principals) {
        this.principals = principals;
    }

    @Override
    public String getName() {
        return "OlmoOrigin";
    }

    @Override
    public int getOrder() {
        return Ordered.HIGHEST_PRECEDENCE;
    }

    @Override
    public ChatClientResponse adviseCall(ChatClientRequest request, CallAdvisorChain chain) {
        return chain.nextCall(completed(request, principals.user().orElse(null)));
    }

    @Override
    public Flux<ChatClientResponse> adviseStream(ChatClientRequest request, StreamAdvisorChain chain) {
        return Flux.deferContextual(subscriber -> principals
                .user(subscriber)
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMapMany(user -> chain.nextStream(completed(request, user.orElse(null)))));
    }

    private static ChatClientRequest completed(ChatClientRequest request, @Nullable String user) {
        if (!(request.prompt().getOptions() instanceof OlmoChatOptions options)) {
            return request;
        }
        OlmoChatOptions.Builder completed = options.mutate();
        if (options.getUser() == null) {
            completed.user(user);
        }
        if (options.getConversation() == null
                && request.context().get(ChatMemory.CONVERSATION_ID) instanceof String conversation) {
            completed.conversation(conversation);
        }
        return request.mutate()
                .prompt(new Prompt(request.prompt().getInstructions(), completed.build()))
                .build();
    }
}
