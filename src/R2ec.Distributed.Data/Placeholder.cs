namespace R2ec.Distributed.Data;
