-- What every generation was and what it cost. Text is in a table of its own, so that it can go earlier.
create table olmo_prompt (
    id                        uuid                        not null,
    generation_id             varchar                     not null,
    instance                  varchar                     not null,
    user_key                  varchar,
    user_kind                 varchar                     not null,
    session_key               varchar,
    conversation              varchar,
    trace_id                  varchar,
    replay_of                 varchar,
    surface                   varchar,
    model_name                varchar                     not null,
    fingerprint               varchar,
    weight_type               varchar,
    backend                   varchar,
    received                  timestamp(6) with time zone not null,
    started                   timestamp(6) with time zone,
    first_token               timestamp(6) with time zone,
    ended                     timestamp(6) with time zone,
    queue_micros              bigint,
    time_to_first_token_micros bigint,
    total_micros              bigint,
    temperature               double precision,
    top_p                     double precision,
    top_k                     integer,
    max_tokens                integer,
    seed                      bigint,
    sample_index              integer                     not null,
    options                   varchar,
    replay_key                varchar,
    prompt_tokens             integer                     not null,
    cached_tokens             integer                     not null,
    completion_tokens         integer                     not null,
    status                    varchar                     not null,
    finish_reason             varchar,
    error_type                varchar,
    error_message             varchar,
    active_microjoules        bigint,
    full_microjoules          bigint,
    energy_provenance         varchar,
    location_micrograms       bigint,
    market_micrograms         bigint,
    embodied_micrograms       bigint,
    content_state             varchar                     not null,
    prompt_hash               varchar,
    answer_hash               varchar,
    repaired                  boolean                     not null,
    constraint olmo_prompt_pk primary key (id),
    constraint olmo_prompt_tokens_ck check (prompt_tokens >= 0 and cached_tokens >= 0 and completion_tokens >= 0)
);

create index olmo_prompt_received_ix on olmo_prompt (received, id);
create index olmo_prompt_user_ix on olmo_prompt (user_key, received, id);
create index olmo_prompt_session_ix on olmo_prompt (session_key, received, id);
create index olmo_prompt_conversation_ix on olmo_prompt (conversation, received, id);
create index olmo_prompt_model_ix on olmo_prompt (model_name, received, id);
create index olmo_prompt_generation_ix on olmo_prompt (generation_id);
create index olmo_prompt_ended_ix on olmo_prompt (ended);

-- Encrypted. Received is here too, so that texts can be found by age without the other table.
create table olmo_prompt_content (
    id       uuid                        not null,
    received timestamp(6) with time zone not null,
    prompt   bytea,
    answer   bytea,
    key_id   uuid                        not null,
    constraint olmo_prompt_content_pk primary key (id),
    constraint olmo_prompt_content_prompt_fk foreign key (id) references olmo_prompt (id) on delete cascade
);

create index olmo_prompt_content_received_ix on olmo_prompt_content (received, id);
create index olmo_prompt_content_key_ix on olmo_prompt_content (key_id);

-- One or more for each user, each encrypted by a master key that is not here. Without it, a user's texts are noise.
create table olmo_content_key (
    id            uuid                        not null,
    user_key      varchar                     not null,
    wrapped       bytea                       not null,
    master_key_id varchar                     not null,
    created       timestamp(6) with time zone not null,
    constraint olmo_content_key_pk primary key (id)
);

create index olmo_content_key_user_ix on olmo_content_key (user_key);

-- Whose records of earlier times are anonymous, also those that still come from a journal. Only a hash, so that the list names nobody.
create table olmo_erasure (
    user_hash varchar                     not null,
    erased    timestamp(6) with time zone not null,
    constraint olmo_erasure_pk primary key (user_hash)
);

-- Who looked at the log, and at what.
create table olmo_admin_read (
    id        uuid                        not null,
    happened  timestamp(6) with time zone not null,
    reader    varchar                     not null,
    activity  varchar                     not null,
    filter    varchar,
    record_id uuid,
    constraint olmo_admin_read_pk primary key (id)
);

create index olmo_admin_read_happened_ix on olmo_admin_read (happened, id);
