-- Finds what an instance has left unfinished, and what did not go well: most records are of neither kind.
create index olmo_prompt_status_ix on olmo_prompt (status, received, id) where status <> 'COMPLETED';

-- Ciphertext does not get smaller; compressing it only costs time.
alter table olmo_prompt_content alter column prompt set storage external;
alter table olmo_prompt_content alter column answer set storage external;
