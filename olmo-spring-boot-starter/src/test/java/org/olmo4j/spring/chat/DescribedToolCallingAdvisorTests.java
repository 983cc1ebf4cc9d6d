package org.olmo4j.spring.chat;

import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.test.chat.client.advisor.AbstractToolCallingAdvisorIT;

/** Spring AI's own tests of the tool loop, with a model whose chat template knows no tools. */
class DescribedToolCallingAdvisorTests extends AbstractToolCallingAdvisorIT {

    @Override
    protected ChatModel getChatModel() {
        return ToolCallingModel.withoutTemplate();
    }
}
