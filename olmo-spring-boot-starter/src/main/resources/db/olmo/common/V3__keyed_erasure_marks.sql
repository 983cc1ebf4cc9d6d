-- Marks of before were hashes without a key, by which anybody could try names. Erase again whom you erased while records of theirs were in a journal.
delete from olmo_erasure;

-- Each instance looks for what was marked since it last looked.
create index olmo_erasure_erased_ix on olmo_erasure (erased);

-- Finds what belongs to a distributed trace.
create index olmo_prompt_trace_ix on olmo_prompt (trace_id, received, id);

-- Nobody ever filled them in.
alter table olmo_prompt drop column surface;
alter table olmo_prompt drop column error_message;
