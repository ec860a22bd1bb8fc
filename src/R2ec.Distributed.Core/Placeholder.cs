namespace R2ec.Distributed.Core;
