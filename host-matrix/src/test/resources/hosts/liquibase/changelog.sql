--liquibase formatted sql

--changeset hosts:1
create table note (id int primary key, text varchar(255));
insert into note values (1, 'as it was');
