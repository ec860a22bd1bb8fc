namespace R2ec.Distributed.Model;
