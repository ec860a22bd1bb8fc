return await R2ec.Distributed.Node.Commands.R2ecProgram.RunAsync(args);
