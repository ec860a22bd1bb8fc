namespace R2ec.Distributed.Orchestration;
