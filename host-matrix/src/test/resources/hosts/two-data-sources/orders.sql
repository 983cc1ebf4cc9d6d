create table purchase (id int primary key, price decimal(10, 2));
