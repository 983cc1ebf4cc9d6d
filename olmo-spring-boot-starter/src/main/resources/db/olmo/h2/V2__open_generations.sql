-- Finds what an instance has left unfinished.
create index olmo_prompt_status_ix on olmo_prompt (status, received, id);
