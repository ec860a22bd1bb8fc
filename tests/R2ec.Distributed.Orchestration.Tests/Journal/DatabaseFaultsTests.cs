using System.Net.Sockets;
using Akka.Pattern;
using Npgsql;
using R2ec.Distributed.Orchestration.Journal;

namespace R2ec.Distributed.Orchestration.Tests.Journal;

public sealed class DatabaseFaultsTests
{
    [Theory]
    [InlineData("23505", DatabaseFault.UniqueViolation)]
    [InlineData("08006", DatabaseFault.Unreachable)]
    [InlineData("57P01", DatabaseFault.Unreachable)]
    [InlineData("57P02", DatabaseFault.Unreachable)]
    [InlineData("57P03", DatabaseFault.Unreachable)]
    [InlineData("53300", DatabaseFault.Unreachable)]
    [InlineData("53100", DatabaseFault.Other)]
    [InlineData("42P01", DatabaseFault.Other)]
    [InlineData("28P01", DatabaseFault.Other)]
    public void States_of_PostgreSQL_are_told_apart_however_deep_they_stand(string state, DatabaseFault kind)
    {
        var fault = new PostgresException("said", "ERROR", "ERROR", state);

        Assert.Equal(kind, DatabaseFaults.Classify(fault));
        Assert.Equal(kind, DatabaseFaults.Classify(new InvalidOperationException("outer", new AggregateException(new ArgumentException("beside"), fault))));
    }

    [Fact]
    public void Lost_connections_time_outs_and_an_open_breaker_are_worth_waiting_for() => Assert.All(
        new Exception[]
        {
            new NpgsqlException("lost", new SocketException()), new NpgsqlException("lost", new EndOfStreamException()), new NpgsqlException("slow", new TimeoutException()),
            new TimeoutException(), new OpenCircuitException("open"),
        },
        fault => Assert.Equal(DatabaseFault.Unreachable, DatabaseFaults.Classify(new AggregateException(fault))));

    [Fact]
    public void A_file_that_is_not_there_is_no_fault_of_the_database() => Assert.Equal(DatabaseFault.Other, DatabaseFaults.Classify(new FileNotFoundException()));
}
