package org.olmo4j.spring.origin;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/** The name of the user that Spring Security has authenticated: of the subscriber's context, else of the thread. */
public final class SecurityPrincipalResolver implements PrincipalResolver {

    /** Makes a resolver. */
    public SecurityPrincipalResolver() {}

    @Override
    public Optional<String> user() {
        return name(SecurityContextHolder.getContext());
    }

    @Override
    public Mono<String> user(ContextView subscriber) {
        Optional<String> ofThread = user();
        return ReactiveSecurityContextHolder.getContext()
                .contextWrite(subscriber)
                .flatMap(context -> Mono.justOrEmpty(name(context)))
                .switchIfEmpty(Mono.justOrEmpty(ofThread));
    }

    private static Optional<String> name(@Nullable SecurityContext context) {
        Authentication authentication = context == null ? null : context.getAuthentication();
        if (authentication == null
                || !authentication.isAuthenticated()
                || authentication instanceof AnonymousAuthenticationToken) {
            return Optional.empty();
        }
        return Optional.ofNullable(authentication.getName());
    }
}
