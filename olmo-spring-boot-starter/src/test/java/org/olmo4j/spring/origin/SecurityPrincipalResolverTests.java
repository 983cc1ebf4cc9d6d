package org.olmo4j.spring.origin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextImpl;
import reactor.util.context.Context;

class SecurityPrincipalResolverTests {

    private final SecurityPrincipalResolver resolver = new SecurityPrincipalResolver();

    private static Authentication ada() {
        return new TestingAuthenticationToken("ada", "secret", "ROLE_USER");
    }

    private static void logIn(Authentication authentication) {
        SecurityContextHolder.setContext(new SecurityContextImpl(authentication));
    }

    @AfterEach
    void logOut() {
        SecurityContextHolder.clearContext();
    }

    @Test
    void namesTheUserOfTheThread() {
        logIn(ada());

        assertThat(resolver.user()).hasValue("ada");
        assertThat(resolver.user(Context.empty()).block()).isEqualTo("ada");
    }

    @Test
    void namesTheUserOfAReactiveSubscriberBeforeThatOfTheThread() {
        logIn(new TestingAuthenticationToken("bob", "secret", "ROLE_USER"));

        assertThat(resolver.user(Context.of(ReactiveSecurityContextHolder.withAuthentication(ada())))
                        .block())
                .isEqualTo("ada");
    }

    @Test
    void namesNobodyWhereNobodyHasLoggedIn() {
        assertThat(resolver.user()).isEmpty();
        assertThat(resolver.user(Context.empty()).block()).isNull();
    }

    @Test
    void namesNobodyForAnAnonymousOrAnUnauthenticatedCaller() {
        logIn(new AnonymousAuthenticationToken(
                "key", "anonymousUser", List.of(new SimpleGrantedAuthority("ROLE_ANONYMOUS"))));
        assertThat(resolver.user()).isEmpty();

        logIn(new TestingAuthenticationToken("ada", "not checked"));
        SecurityContextHolder.getContext().getAuthentication().setAuthenticated(false);
        assertThat(resolver.user()).isEmpty();
    }
}
